// An executor written against Mesos with a published library: says RUNNING of what it is given, KILLED of what it is to kill.
package main

import (
	"bytes"
	"context"
	"log"
	"net/url"
	"os"
	"time"

	"github.com/mesos/mesos-go/api/v1/lib"
	"github.com/mesos/mesos-go/api/v1/lib/encoding"
	"github.com/mesos/mesos-go/api/v1/lib/encoding/codecs"
	"github.com/mesos/mesos-go/api/v1/lib/executor"
	"github.com/mesos/mesos-go/api/v1/lib/executor/calls"
	"github.com/mesos/mesos-go/api/v1/lib/executor/config"
	"github.com/mesos/mesos-go/api/v1/lib/httpcli"
	"github.com/mesos/mesos-go/api/v1/lib/httpcli/httpexec"
	"github.com/pborman/uuid"
)

func main() {
	settings, err := config.FromEnv()
	if err != nil {
		log.Fatal(err)
	}
	address := url.URL{Scheme: "http", Host: settings.AgentEndpoint, Path: "/api/v1/executor"}
	client := httpcli.New(
		httpcli.Endpoint(address.String()),
		httpcli.Codec(codecs.ByMediaType[encoding.MediaType(os.Args[1])]),
		// The library knows no tokens.
		httpcli.DefaultHeader("Authorization", "Bearer "+os.Getenv("MESOS_EXECUTOR_AUTHENTICATION_TOKEN")),
		httpcli.Do(httpcli.With(httpcli.Timeout(10*time.Second))),
	)
	options := executor.CallOptions{calls.Framework(settings.FrameworkID), calls.Executor(settings.ExecutorID)}
	sender := calls.SenderWith(httpexec.NewSender(client.Send), options...)
	ctx := context.Background()
	send := func(call *executor.Call) {
		if err := calls.SendNoData(ctx, sender, calls.NonStreaming(call)); err != nil {
			log.Fatalf("%v: %v", call.GetType(), err)
		}
	}
	update := func(task mesos.TaskID, state mesos.TaskState) {
		source, now := mesos.SOURCE_EXECUTOR, float64(time.Now().UnixNano())/1e9
		send(calls.Update(mesos.TaskStatus{
			TaskID: task, State: &state, Source: &source, Timestamp: &now, ExecutorID: &mesos.ExecutorID{Value: settings.ExecutorID}, UUID: uuid.NewRandom(),
		}))
	}
	events, err := sender.Send(ctx, calls.NonStreaming(calls.Subscribe(nil, nil)))
	if err != nil {
		log.Fatalf("SUBSCRIBE: %v", err)
	}
	defer events.Close()
	for {
		var event executor.Event
		if err := events.Decode(&event); err != nil {
			log.Fatalf("the subscription ended: %v", err)
		}
		switch event.GetType() {
		case executor.Event_LAUNCH:
			update(event.GetLaunch().GetTask().TaskID, mesos.TASK_RUNNING)
		case executor.Event_KILL:
			update(event.GetKill().GetTaskID(), mesos.TASK_KILLED)
		case executor.Event_MESSAGE:
			send(calls.Message(bytes.ToUpper(event.GetMessage().GetData())))
		case executor.Event_SHUTDOWN:
			return
		}
	}
}
