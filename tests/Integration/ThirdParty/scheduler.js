"use strict";
// A framework written against Mesos with a published client: launches tasks, waits until all have finished, goes away.
const { Scheduler, Mesos } = require("mesos-framework");
const mesos = Mesos.getMesos();
const [, , port, wanted, logs] = process.argv;
const finished = new Set();
const say = (what, data) => console.log(JSON.stringify({ what, ...data }));

const scheduler = new Scheduler({
    masterUrl: "127.0.0.1",
    port: Number(port),
    frameworkName: "third-party",
    frameworkFailoverTimeout: 60,
    logging: { level: "error", path: logs, fileName: "third-party.log" },
    restartStates: ["TASK_FAILED", "TASK_LOST", "TASK_ERROR"],
    tasks: {
        hello: {
            priority: 1,
            instances: Number(wanted),
            commandInfo: new mesos.CommandInfo(null, new mesos.Environment([new mesos.Environment.Variable("WHO", "third party")]), true, "echo hello $WHO", null, null),
            resources: { cpus: 0.1, mem: 32, ports: 1, disk: 0 },
        },
    },
});

scheduler.on("subscribed", (info) => say("subscribed", { framework: info.frameworkId }));
scheduler.on("error", (error) => say("error", { message: String(error.message || error) }));
scheduler.on("update", (update) => {
    const status = update.status;
    say("update", { task: status.task_id.value, state: status.state });
    if (status.state === "TASK_FINISHED") finished.add(status.task_id.value);
    if (finished.size === Number(wanted)) scheduler.teardown();
});
scheduler.on("sent_teardown", () => {
    say("done", { finished: finished.size });
    process.exit(0);
});
scheduler.on("ready", () => scheduler.subscribe());
setTimeout(() => { say("timeout", {}); process.exit(1); }, 60000);
