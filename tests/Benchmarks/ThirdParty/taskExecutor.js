"use strict";
// An executor written against Mesos with a published client, whose tasks end as soon as the agent knows that they run. A message asks what it has used of the processor.
const crypto = require("crypto");
const { Executor } = require("mesos-framework");

const executor = new Executor({ handlers: {} });
// The client knows no tokens.
executor.requestTemplate.headers.Authorization = "Bearer " + process.env.MESOS_EXECUTOR_AUTHENTICATION_TOKEN;
const running = new Map();
let before;
const update = (task, state) => {
    const uuid = crypto.randomBytes(16).toString("base64");
    if (state === "TASK_RUNNING") running.set(uuid, task);
    executor.update({ task_id: task, state, source: "SOURCE_EXECUTOR", executor_id: executor.executorId, uuid });
};

executor.customEventHandlers = {
    SUBSCRIBED: () => {},
    LAUNCH: (launch) => {
        before = before || process.cpuUsage();
        update(launch.task.task_id, "TASK_RUNNING");
    },
    // Calls go over many connections: what is to come second waits until the first is known.
    ACKNOWLEDGED: ({ uuid }) => {
        const task = running.get(uuid);
        if (task && running.delete(uuid)) update(task, "TASK_FINISHED");
    },
    MESSAGE: () => executor.message(JSON.stringify(process.cpuUsage(before))),
    SHUTDOWN: () => process.exit(0),
};
executor.on("error", (error) => {
    console.error(error);
    process.exit(1);
});
executor.subscribe();
