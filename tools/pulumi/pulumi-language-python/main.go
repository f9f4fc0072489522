// The language host: runs Python programs for a Pulumi engine, on the helpers of the Pulumi SDK.
//
// Rule 1: what a program does and shows is as with Pulumi's own language host, whose source is not published as a module.
// Rule 2: nothing outlives the engine: neither the program nor this process.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/version"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

const (
	executor     = "pulumi-language-python-exec" // lies beside this program
	shownAlready = 32                            // the program's exit code for "the user has seen what is wrong"
	pollInterval = 5 * time.Second
	grace        = 3 * time.Second // the engine kills us 5 seconds after it asked us to end
	introduction = `import sys; print("%d.%d.%d" % sys.version_info[:3], sys.executable)`
)

// languageHost answers the engine; methods that are not here are answered with "unimplemented".
type languageHost struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	running context.Context // ends when the engine says stop, or is gone
	engine  string          // its address
}

func (*languageHost) Handshake(
	context.Context, *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

func (*languageHost) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version.Version}, nil
}

func (*languageHost) GetRequiredPackages(
	context.Context, *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil // dynamic resources need no package
}

func (*languageHost) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil // the signal that follows says the same
}

func (host *languageHost) Run(_ context.Context, request *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	python, err := interpreter(request.Info)
	if err != nil {
		return nil, err
	}
	arguments, err := host.arguments(request)
	if err != nil {
		return nil, err
	}
	// When the host ends, the program has got the engine's signal itself: Cancel sends none, WaitDelay kills.
	program, err := python.Command(host.running, arguments...)
	if err != nil {
		return nil, err
	}
	program.Cancel = func() error { return nil }
	program.WaitDelay = grace
	program.Dir = request.Pwd
	program.Env, err = environment(program.Environ(), request)
	if err != nil {
		return nil, err
	}
	program.Stdout, program.Stderr = os.Stdout, os.Stderr
	return result(program.Run()), nil
}

// arguments returns the command line of the program, from the second word on.
func (host *languageHost) arguments(request *pulumirpc.RunRequest) ([]string, error) {
	own, err := os.Executable()
	if err != nil {
		return nil, err
	}
	arguments := []string{"-u", filepath.Join(filepath.Dir(own), executor)}
	for _, option := range []struct{ name, value string }{
		{"monitor", request.MonitorAddress},
		{"engine", host.engine},
		{"project", request.Project},
		{"root_directory", request.Info.RootDirectory},
		{"stack", request.Stack},
		{"pwd", request.Pwd},
		{"dry_run", strconv.FormatBool(request.DryRun)},
		{"parallel", strconv.Itoa(int(request.Parallel))},
		{"organization", request.Organization},
	} {
		if option.value != "" {
			arguments = append(arguments, "--"+option.name, option.value)
		}
	}
	return append(append(arguments, request.Info.EntryPoint), request.Args...), nil
}

// environment adds the config of the stack, which is where the SDK looks for it.
func environment(inherited []string, request *pulumirpc.RunRequest) ([]string, error) {
	config, err := json.Marshal(maps.Collect(maps.All(request.Config))) // copied: nil would become null
	if err != nil {
		return nil, err
	}
	secret, err := json.Marshal(append([]string{}, request.ConfigSecretKeys...))
	if err != nil {
		return nil, err
	}
	return append(inherited, "PULUMI_CONFIG="+string(config), "PULUMI_CONFIG_SECRET_KEYS="+string(secret)), nil
}

// result says how a program ended.
func result(err error) *pulumirpc.RunResponse {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return &pulumirpc.RunResponse{}
	case !errors.As(err, &exit):
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("the program could not be started: %v", err)}
	case exit.ExitCode() == shownAlready:
		return &pulumirpc.RunResponse{Bail: true}
	case exit.Exited():
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("program exited with non-zero exit code: %d", exit.ExitCode())}
	default:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("program ended by a %v", exit)}
	}
}

// About is asked before every preview and update too, so it starts one small process; the toolchain's own answer starts three, among them pip.
func (*languageHost) About(ctx context.Context, request *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	python, err := interpreter(request.Info)
	if err != nil {
		return nil, err
	}
	program, err := python.Command(ctx, "-S", "-c", introduction)
	if err != nil {
		return nil, err
	}
	said, err := program.Output()
	if err != nil {
		return nil, fmt.Errorf("%s does not start: %w", program.Path, err)
	}
	version, executable, _ := strings.Cut(strings.TrimSpace(string(said)), " ")
	return &pulumirpc.AboutResponse{Executable: executable, Version: version}, nil
}

func (*languageHost) GetProgramDependencies(
	ctx context.Context, request *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	python, err := interpreter(request.Info)
	if err != nil {
		return nil, err
	}
	response := &pulumirpc.GetProgramDependenciesResponse{}
	found, err := python.ListPackages(ctx, request.TransitiveDependencies)
	if err != nil {
		return response, nil //nolint:nilerr // a virtualenv without pip lists nothing
	}
	for _, each := range found {
		response.Dependencies = append(
			response.Dependencies, &pulumirpc.DependencyInfo{Name: each.Name, Version: each.Version},
		)
	}
	return response, nil
}

func (*languageHost) InstallDependencies(
	request *pulumirpc.InstallDependenciesRequest, server pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	python, err := interpreter(request.Info)
	if err != nil {
		return err
	}
	closer, stdout, stderr, err := rpcutil.MakeInstallDependenciesStreams(server, request.IsTerminal)
	if err != nil {
		return err
	}
	defer closer.Close()
	pip, err := python.ModuleCommand(server.Context(), "pip", "install", "-r", "requirements.txt")
	if err != nil {
		return err
	}
	pip.Dir, pip.Stdout, pip.Stderr = request.Info.ProgramDirectory, stdout, stderr
	if err := pip.Run(); err != nil {
		return fmt.Errorf("pip ended with exit code %d", pip.ProcessState.ExitCode())
	}
	return closer.Close()
}

// interpreter returns the Python of the virtualenv in the project file, relative to that file; without one, that of the user.
func interpreter(info *pulumirpc.ProgramInfo) (toolchain.Toolchain, error) {
	virtualenv := info.Options.GetFields()["virtualenv"].GetStringValue()
	python, err := toolchain.ResolveToolchain(toolchain.PythonOptions{
		Root: info.RootDirectory, ProgramDir: info.ProgramDirectory, Virtualenv: virtualenv, Toolchain: toolchain.Pip,
	})
	if err != nil {
		return nil, err
	}
	home, err := python.VirtualEnvPath(context.Background())
	if err == nil && home != "" && !toolchain.IsVirtualEnv(home) {
		return nil, status.Errorf(codes.FailedPrecondition,
			`There is no virtualenv in "%[1]s", where the project file has it. Run "make setup", `+
				`or: python3 -m venv "%[1]s" && "%[1]s/bin/python" -m pip install -r requirements.txt`, home)
	}
	return python, err
}

func main() {
	running, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(running, stop, os.Args[len(os.Args)-1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve answers the engine until it says stop, or is gone; a killed engine sends no signal.
func serve(running context.Context, stop context.CancelFunc, engine string) error {
	if err := rpcutil.Healthcheck(running, engine, pollInterval, stop); err != nil {
		return err
	}
	cancel := make(chan bool)
	server, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: cancel,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, &languageHost{running: running, engine: engine})
			return nil
		},
	})
	if err != nil {
		return err
	}
	fmt.Println(server.Port)
	<-running.Done()
	close(cancel)
	return <-server.Done
}
