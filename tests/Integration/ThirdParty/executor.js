"use strict";
// An executor written against Mesos with a published client: says RUNNING of what it is given, KILLED of what it is to kill.
const crypto = require("crypto");
const { Executor } = require("mesos-framework");

const executor = new Executor({ handlers: {} });
// The client knows no tokens.
executor.requestTemplate.headers.Authorization = "Bearer " + process.env.MESOS_EXECUTOR_AUTHENTICATION_TOKEN;
const update = (task, state) => executor.update({
    task_id: task, state, source: "SOURCE_EXECUTOR", executor_id: executor.executorId, uuid: crypto.randomBytes(16).toString("base64"),
});

executor.customEventHandlers = {
    SUBSCRIBED: () => {},
    ACKNOWLEDGED: () => {},
    LAUNCH: (launch) => update(launch.task.task_id, "TASK_RUNNING"),
    KILL: (kill) => update(kill.task_id, "TASK_KILLED"),
    MESSAGE: (message) => executor.message(Buffer.from(message.data, "base64").toString().toUpperCase()),
    SHUTDOWN: () => process.exit(0),
};
executor.on("error", (error) => {
    console.error(error);
    process.exit(1);
});
executor.subscribe();
