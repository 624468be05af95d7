"use strict";
// A framework written against Mesos with a published client, whose tasks run under an executor of its own.
const { Scheduler } = require("mesos-framework");
const helpers = require("mesos-framework/lib/helpers");
const [, , port, program, logs] = process.argv;
const tasks = ["first", "second"];
const running = new Set();
const killed = new Set();
const say = (what, data) => console.log(JSON.stringify({ what, ...data }));
const amount = (name, value) => ({ name, type: "SCALAR", scalar: { value } });
let agent = null;

function call(fields) {
    helpers.doRequest.call(scheduler, { framework_id: { value: scheduler.frameworkId }, ...fields }, (error) => error && say("error", error));
}

function launch(offer) {
    agent = offer.agent_id;
    const executor = {
        type: "CUSTOM", executor_id: { value: "third-party" }, name: "third party", resources: [amount("cpus", 0.1), amount("mem", 128)],
        command: { value: `exec node ${program}` },
    };
    const infos = tasks.map((name) => ({
        name, task_id: { value: name }, agent_id: agent, resources: [amount("cpus", 0.1), amount("mem", 32)], executor,
    }));
    call({ type: "ACCEPT", accept: { offer_ids: [offer.id], operations: [{ type: "LAUNCH", launch: { task_infos: infos } }] } });
}

const scheduler = new Scheduler({
    masterUrl: "127.0.0.1", port: Number(port), frameworkName: "third-party-executor", frameworkFailoverTimeout: 60,
    logging: { level: "error", path: logs, fileName: "third-party-executor.log" },
    handlers: {
        OFFERS: function (event) {
            if (agent) call({ type: "DECLINE", decline: { offer_ids: event.offers.map((offer) => offer.id) } });
            else launch(event.offers[0]);
        },
        UPDATE: function (event) {
            const { task_id: task, state, message } = event.status;
            say("update", { task: task.value, state, message });
            this.acknowledge(event);
            if (state === "TASK_RUNNING") running.add(task.value);
            if (state === "TASK_KILLED") killed.add(task.value);
            if (state === "TASK_RUNNING" && running.size === tasks.length) this.message(agent.value, "third-party", "hello");
            // The client's own shutdown() makes a call that no master takes.
            if (state === "TASK_KILLED" && killed.size === tasks.length) call({ type: "SHUTDOWN", shutdown: { agent_id: agent, executor_id: { value: "third-party" } } });
        },
        MESSAGE: function (event) {
            say("message", { data: Buffer.from(event.data, "base64").toString() });
            tasks.forEach((name) => this.kill(name, agent.value));
        },
        FAILURE: function (event) {
            say("failure", { executor: event.executor_id && event.executor_id.value, status: event.status });
            this.teardown();
        },
    },
});
scheduler.on("error", (error) => say("error", { message: String(error.message || error) }));
scheduler.on("sent_teardown", () => process.exit(0));
scheduler.on("ready", () => scheduler.subscribe());
setTimeout(() => { say("timeout", {}); process.exit(1); }, 60000);
