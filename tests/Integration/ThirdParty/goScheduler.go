// A framework written against Mesos with a published library: launches tasks, kills one, asks for them again and goes away.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"
	"time"

	"github.com/mesos/mesos-go/api/v1/lib"
	"github.com/mesos/mesos-go/api/v1/lib/encoding"
	"github.com/mesos/mesos-go/api/v1/lib/encoding/codecs"
	"github.com/mesos/mesos-go/api/v1/lib/extras/scheduler/callrules"
	"github.com/mesos/mesos-go/api/v1/lib/extras/scheduler/controller"
	"github.com/mesos/mesos-go/api/v1/lib/extras/scheduler/eventrules"
	"github.com/mesos/mesos-go/api/v1/lib/extras/store"
	"github.com/mesos/mesos-go/api/v1/lib/httpcli"
	"github.com/mesos/mesos-go/api/v1/lib/httpcli/httpsched"
	"github.com/mesos/mesos-go/api/v1/lib/resources"
	"github.com/mesos/mesos-go/api/v1/lib/scheduler"
	"github.com/mesos/mesos-go/api/v1/lib/scheduler/calls"
	"github.com/mesos/mesos-go/api/v1/lib/scheduler/events"
)

const failoverTimeout = time.Minute

type words map[string]interface{}

var caller calls.Caller

func say(what string, more words) {
	if more == nil {
		more = words{}
	}
	more["what"] = what
	if err := json.NewEncoder(os.Stdout).Encode(more); err != nil {
		log.Fatal(err)
	}
}

func call(ctx context.Context, call *scheduler.Call) {
	if err := calls.CallNoData(ctx, caller, call); err != nil {
		log.Fatalf("%v: %v", call.GetType(), err)
	}
}

func needs(cpus, megabytes float64) []mesos.Resource {
	return []mesos.Resource{resources.NewCPUs(cpus).Resource, resources.NewMemory(megabytes).Resource}
}

func text(value string) *string { return &value }

// Tasks by themselves, and one under the executor that is given.
func tasks(agent mesos.AgentID, executor string) []mesos.TaskInfo {
	task := func(name string) mesos.TaskInfo {
		return mesos.TaskInfo{Name: name, TaskID: mesos.TaskID{Value: name}, AgentID: agent, Resources: needs(0.1, 32)}
	}
	short, long, under := task("short"), task("long"), task("under")
	short.Command = &mesos.CommandInfo{
		Value:       text("echo hello $WHO"),
		Environment: &mesos.Environment{Variables: []mesos.Environment_Variable{{Name: "WHO", Value: text("third party")}}},
	}
	long.Command = &mesos.CommandInfo{Value: text("exec sleep 600")}
	under.Executor = &mesos.ExecutorInfo{
		Type: mesos.ExecutorInfo_CUSTOM, ExecutorID: mesos.ExecutorID{Value: "go"}, Name: text("go"), Resources: needs(0.1, 128),
		Command: &mesos.CommandInfo{Value: text("exec " + executor + " " + os.Getenv("CODEC"))},
	}
	return []mesos.TaskInfo{short, long, under}
}

// What the update before it makes due.
type story struct {
	agent    *mesos.AgentID
	executor string
	finished bool
	running  map[string]bool
	killed   map[string]bool
	asked    bool
	known    map[string]bool
}

func (s *story) offers(ctx context.Context, event *scheduler.Event) error {
	for _, offer := range event.GetOffers().GetOffers() {
		if s.agent != nil {
			call(ctx, calls.Decline(offer.ID).With(calls.RefuseSeconds(time.Hour)))
			continue
		}
		agent := offer.AgentID
		s.agent = &agent
		say("offer", words{"agent": agent.Value, "cpus": resource(resources.CPUs(offer.Resources...)), "endpoint": offer.URL.Address.GetIP()})
		call(ctx, calls.Accept(calls.OfferOperations{calls.OpLaunch(tasks(agent, s.executor)...)}.WithOffers(offer.ID)).With(calls.RefuseSeconds(time.Second)))
	}
	return nil
}

func resource(amount float64, _ bool) float64 { return amount }

func (s *story) update(ctx context.Context, event *scheduler.Event) error {
	status := event.GetUpdate().GetStatus()
	name, state := status.TaskID.Value, status.GetState()
	reconciled := status.GetReason() == mesos.REASON_RECONCILIATION
	say("update", words{"task": name, "state": state.String(), "reconciled": reconciled, "uuid": len(status.GetUUID()), "source": status.GetSource().String()})
	switch {
	case reconciled:
		s.known[name] = true
	case state == mesos.TASK_FINISHED:
		s.finished = true
	case state == mesos.TASK_RUNNING:
		s.running[name] = true
	case state == mesos.TASK_KILLED:
		s.killed[name] = true
	}
	switch {
	case s.finished && s.running["long"] && s.running["under"] && !s.asked:
		s.asked = true
		call(ctx, calls.Reconcile(calls.ReconcileTasks(map[string]string{"long": s.agent.Value, "under": "", "never": ""})))
	case reconciled && len(s.known) == 3:
		call(ctx, calls.Message(s.agent.Value, "go", []byte("hello")))
	case len(s.killed) == 2 && !reconciled:
		call(ctx, calls.Shutdown("go", s.agent.Value))
	}
	return nil
}

func (s *story) message(ctx context.Context, event *scheduler.Event) error {
	say("message", words{"data": string(event.GetMessage().GetData()), "executor": event.GetMessage().GetExecutorID().Value})
	for _, name := range []string{"long", "under"} {
		call(ctx, calls.Kill(name, s.agent.Value))
	}
	return nil
}

func (s *story) failure(ctx context.Context, event *scheduler.Event) error {
	say("failure", words{"executor": event.GetFailure().GetExecutorID().GetValue(), "status": event.GetFailure().GetStatus()})
	call(ctx, calls.Suppress())
	call(ctx, calls.Revive())
	call(ctx, &scheduler.Call{Type: scheduler.Call_TEARDOWN})
	os.Exit(0)
	return nil
}

func main() {
	endpoint, executor := os.Args[1], os.Args[2]
	codec, known := codecs.ByMediaType[encoding.MediaType(os.Getenv("CODEC"))]
	if !known {
		log.Fatal("CODEC is to be a media type")
	}
	time.AfterFunc(time.Minute, func() { log.Fatal("timeout") })
	id := store.NewInMemorySingleton()
	frameworkID := func() string {
		value, _ := id.Get()
		return value
	}
	caller = callrules.New(callrules.WithFrameworkID(frameworkID)).Caller(httpsched.NewCaller(httpcli.New(
		httpcli.Endpoint(endpoint),
		httpcli.Codec(codec),
		httpcli.Do(httpcli.With(httpcli.BasicAuth("tests", os.Getenv("SECRET")), httpcli.Timeout(15*time.Second))),
	)))
	s := &story{executor: executor, running: map[string]bool{}, killed: map[string]bool{}, known: map[string]bool{}}
	timeout := failoverTimeout.Seconds()
	checkpoint := true
	framework := &mesos.FrameworkInfo{User: "nobody", Name: "go", Principal: text("tests"), FailoverTimeout: &timeout, Checkpoint: &checkpoint}
	err := controller.Run(context.Background(), framework, caller,
		controller.WithFrameworkID(frameworkID),
		controller.WithEventHandler(eventrules.New(
			controller.LiftErrors(),
			controller.TrackSubscription(id, failoverTimeout),
			controller.AckStatusUpdates(caller),
		).Handle(events.Handlers{
			scheduler.Event_SUBSCRIBED: events.HandlerFunc(func(_ context.Context, event *scheduler.Event) error {
				say("subscribed", words{"framework": event.GetSubscribed().GetFrameworkID().GetValue()})
				return nil
			}),
			scheduler.Event_OFFERS:  events.HandlerFunc(s.offers),
			scheduler.Event_UPDATE:  events.HandlerFunc(s.update),
			scheduler.Event_MESSAGE: events.HandlerFunc(s.message),
			scheduler.Event_FAILURE: events.HandlerFunc(s.failure),
		}.Otherwise(func(_ context.Context, event *scheduler.Event) error { return nil }))),
		controller.WithSubscriptionTerminated(func(err error) { log.Fatalf("the subscription ended: %v", err) }),
	)
	log.Fatal(err)
}
