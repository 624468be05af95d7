// An operator of the pool with a published library: reads all that can be read of the master and of an agent, and changes what can be changed back.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/mesos/mesos-go/api/v1/lib"
	"github.com/mesos/mesos-go/api/v1/lib/agent"
	agentcalls "github.com/mesos/mesos-go/api/v1/lib/agent/calls"
	"github.com/mesos/mesos-go/api/v1/lib/encoding"
	"github.com/mesos/mesos-go/api/v1/lib/encoding/codecs"
	"github.com/mesos/mesos-go/api/v1/lib/httpcli"
	"github.com/mesos/mesos-go/api/v1/lib/httpcli/httpagent"
	"github.com/mesos/mesos-go/api/v1/lib/httpcli/httpmaster"
	"github.com/mesos/mesos-go/api/v1/lib/maintenance"
	"github.com/mesos/mesos-go/api/v1/lib/master"
	mastercalls "github.com/mesos/mesos-go/api/v1/lib/master/calls"
	"github.com/mesos/mesos-go/api/v1/lib/quota"
	"github.com/mesos/mesos-go/api/v1/lib/resources"
)

var ctx = context.Background()

func say(call, what string, problem error) {
	said := map[string]string{"call": call, "what": what}
	if problem != nil {
		said["problem"] = problem.Error()
	}
	if err := json.NewEncoder(os.Stdout).Encode(said); err != nil {
		log.Fatal(err)
	}
}

func client(endpoint string) *httpcli.Client {
	return httpcli.New(
		httpcli.Endpoint(endpoint),
		httpcli.Codec(codecs.ByMediaType[encoding.MediaType(os.Getenv("CODEC"))]),
		httpcli.Do(httpcli.With(httpcli.Timeout(15*time.Second))),
	)
}

func askMaster(sender mastercalls.Sender, call *master.Call) *master.Response {
	answer := &master.Response{}
	response, err := sender.Send(ctx, mastercalls.NonStreaming(call))
	if err == nil && response != nil {
		defer response.Close()
		err = response.Decode(answer)
	}
	say("master "+call.GetType().String(), answer.GetType().String(), err)
	return answer
}

func askAgent(sender agentcalls.Sender, call *agent.Call) *agent.Response {
	answer := &agent.Response{}
	response, err := sender.Send(ctx, agentcalls.NonStreaming(call))
	if err == nil && response != nil {
		defer response.Close()
		err = response.Decode(answer)
	}
	say("agent "+call.GetType().String(), answer.GetType().String(), err)
	return answer
}

func readMaster(sender mastercalls.Sender) master.Response_GetAgents_Agent {
	limit := time.Second
	for _, call := range []*master.Call{
		mastercalls.GetHealth(), mastercalls.GetFlags(), mastercalls.GetVersion(), mastercalls.GetMetrics(&limit), mastercalls.GetLoggingLevel(),
		mastercalls.GetState(), mastercalls.GetFrameworks(), mastercalls.GetExecutors(), mastercalls.GetTasks(), mastercalls.GetRoles(),
		mastercalls.GetWeights(), mastercalls.GetMaster(), mastercalls.GetMaintenanceStatus(), mastercalls.GetMaintenanceSchedule(), mastercalls.GetQuota(),
		mastercalls.SetLoggingLevel(1, time.Minute),
	} {
		askMaster(sender, call)
	}
	return askMaster(sender, mastercalls.GetAgents()).GetGetAgents().GetAgents()[0]
}

func changeMaster(sender mastercalls.Sender, at master.Response_GetAgents_Agent) {
	id := *at.AgentInfo.ID
	role := "go"
	reserved := resources.NewCPUs(0.5).Resource
	reserved.Role = &role
	reserved.Reservation = &mesos.Resource_ReservationInfo{}
	reservedDisk := resources.NewDisk(64).Resource
	reservedDisk.Role = &role
	reservedDisk.Reservation = &mesos.Resource_ReservationInfo{}
	volume := reservedDisk
	volume.Disk = &mesos.Resource_DiskInfo{
		Persistence: &mesos.Resource_DiskInfo_Persistence{ID: "go"},
		Volume:      &mesos.Volume{ContainerPath: "data", Mode: mesos.RW.Enum()},
	}
	machine := mesos.MachineID{Hostname: &at.AgentInfo.Hostname}
	start := mesos.TimeInfo{Nanoseconds: time.Now().Add(time.Hour).UnixNano()}
	for _, call := range []*master.Call{
		mastercalls.UpdateWeights(mesos.WeightInfo{Role: &role, Weight: 2}),
		mastercalls.ReserveResources(id, reserved, reservedDisk),
		mastercalls.CreateVolumes(id, volume),
		mastercalls.DestroyVolumes(id, volume),
		mastercalls.UnreserveResources(id, reserved, reservedDisk),
		mastercalls.SetQuota(quota.QuotaRequest{Role: &role, Guarantee: []mesos.Resource{resources.NewCPUs(0.5).Resource}}),
		mastercalls.GetQuota(),
		mastercalls.RemoveQuota(role),
		mastercalls.UpdateMaintenanceSchedule(maintenance.Schedule{Windows: []maintenance.Window{{MachineIDs: []mesos.MachineID{machine}, Unavailability: mesos.Unavailability{Start: start}}}}),
		mastercalls.GetMaintenanceSchedule(), mastercalls.GetMaintenanceStatus(),
		mastercalls.UpdateMaintenanceSchedule(maintenance.Schedule{}),
	} {
		askMaster(sender, call)
	}
}

func readAgent(sender agentcalls.Sender) *agent.Response_GetContainers {
	limit := time.Second
	for _, call := range []*agent.Call{
		agentcalls.GetHealth(), agentcalls.GetFlags(), agentcalls.GetVersion(), agentcalls.GetMetrics(&limit), agentcalls.GetLoggingLevel(),
		agentcalls.GetState(), agentcalls.GetFrameworks(), agentcalls.GetExecutors(), agentcalls.GetTasks(), agentcalls.GetAgent(),
		agentcalls.SetLoggingLevel(1, time.Minute),
	} {
		askAgent(sender, call)
	}
	return askAgent(sender, agentcalls.GetContainers()).GetGetContainers()
}

// A command beside the task, whose output comes as it is written.
func session(sender agentcalls.Sender, parent mesos.ContainerID) {
	id := mesos.ContainerID{Value: "go-session", Parent: &parent}
	response, err := sender.Send(ctx, agentcalls.NonStreaming(agentcalls.LaunchNestedContainerSession(id, &mesos.CommandInfo{Value: text("echo beside; exit 3")}, nil)))
	output := ""
	for err == nil {
		var piece agent.ProcessIO
		if err = response.Decode(&piece); err == nil && piece.GetType() == agent.ProcessIO_DATA {
			output += string(piece.GetData().GetData())
		}
	}
	if err == io.EOF {
		err = nil
	}
	say("agent LAUNCH_NESTED_CONTAINER_SESSION", output, err)
}

func nested(sender agentcalls.Sender, parent mesos.ContainerID) {
	id := mesos.ContainerID{Value: "go-nested", Parent: &parent}
	askAgent(sender, agentcalls.LaunchNestedContainer(id, &mesos.CommandInfo{Value: text("exec sleep 600")}, nil))
	askAgent(sender, agentcalls.KillNestedContainer(id))
	say("status", fmt.Sprint(askAgent(sender, agentcalls.WaitNestedContainer(id)).GetWaitNestedContainer().GetExitStatus()), nil)
	askAgent(sender, agentcalls.RemoveNestedContainer(id))
}

func events(sender mastercalls.Sender) {
	response, err := sender.Send(ctx, mastercalls.NonStreaming(mastercalls.Subscribe()))
	var event master.Event
	if err == nil {
		defer response.Close()
		err = response.Decode(&event)
	}
	say("master SUBSCRIBE", event.GetType().String(), err)
}

func text(value string) *string { return &value }

func main() {
	time.AfterFunc(time.Minute, func() { log.Fatal("timeout") })
	masters := httpmaster.NewSender(client(os.Args[1]).Send)
	agents := httpagent.NewSender(client(os.Args[2]).Send)
	at := readMaster(masters)
	events(masters)
	changeMaster(masters, at)
	for _, container := range readAgent(agents).GetContainers() {
		session(agents, container.ContainerID)
		nested(agents, container.ContainerID)
	}
}
