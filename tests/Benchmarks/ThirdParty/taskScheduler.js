"use strict";
// A framework written against Mesos with a published client: gives many tasks in one ACCEPT to one executor of its own, waits until all have finished and goes away.
const { Scheduler } = require("mesos-framework");
const helpers = require("mesos-framework/lib/helpers");
const [, , port, count, program, logs] = process.argv;
const wanted = Number(count);
const executorId = "many";
const amount = (name, value) => ({ name, type: "SCALAR", scalar: { value } });
const fail = (message) => { console.error(message); process.exit(1); };
const seconds = ({ user, system }) => (user + system) / 1e6;
let agent = null;
let began, took, before;
let [finished, acknowledged] = [0, 0];

function launch(offer) {
    agent = offer.agent_id;
    const executor = {
        type: "CUSTOM", executor_id: { value: executorId }, resources: [amount("cpus", 0.1), amount("mem", 256)], command: { value: `exec node ${program}` },
    };
    const infos = Array.from({ length: wanted }, (_, number) => ({
        name: "nothing", task_id: { value: `nothing-${number}` }, agent_id: agent, resources: [amount("cpus", 0.01), amount("mem", 1)], executor,
    }));
    began = process.hrtime.bigint();
    before = process.cpuUsage();
    helpers.doRequest.call(scheduler, {
        type: "ACCEPT", framework_id: { value: scheduler.frameworkId }, accept: { offer_ids: [offer.id], operations: [{ type: "LAUNCH", launch: { task_infos: infos } }] },
    }, (error) => error && fail(error.message));
}

const scheduler = new Scheduler({
    masterUrl: "127.0.0.1", port: Number(port), user: "nobody", frameworkName: "executor-tasks", frameworkFailoverTimeout: 60,
    logging: { level: "error", path: logs, fileName: "executor-tasks.log" },
    handlers: {
        OFFERS: function (event) {
            event.offers.forEach((offer) => agent ? this.decline([offer.id], { refuse_seconds: 3600 }) : launch(offer));
        },
        UPDATE: function (event) {
            const { state, message } = event.status;
            this.acknowledge(event);
            if (state === "TASK_FINISHED" && ++finished === wanted) took = Number(process.hrtime.bigint() - began) / 1e9;
            if (state !== "TASK_RUNNING" && state !== "TASK_FINISHED") fail(`a task became ${state}: ${message}`);
        },
        MESSAGE: function (event) {
            const executor = JSON.parse(Buffer.from(event.data, "base64").toString());
            console.log(JSON.stringify({ seconds: took, scheduler: seconds(process.cpuUsage(before)), executor: seconds(executor) }));
            this.teardown();
        },
    },
});
scheduler.on("error", (error) => fail(String(error.message || error)));
scheduler.on("sent_acknowledge", () => {
    if (++acknowledged === 2 * wanted) scheduler.message(agent.value, executorId, "usage");
});
scheduler.on("sent_teardown", () => process.exit(0));
scheduler.on("ready", () => scheduler.subscribe());
setTimeout(() => fail(`after 2 minutes ${finished} of ${wanted} tasks have finished, ${acknowledged} updates are acknowledged`), 120000);
