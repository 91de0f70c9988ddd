//go:build linux

// Package node runs a kubelet for each node of the sandbox: Kubernetes' own, over the sandbox's container runtime, with
// the size that the Node object says.
package node

import (
	"context"
	"crypto/tls"
	"fmt"
	"os"
	"path/filepath"
	"time"

	cadvisorapi "github.com/google/cadvisor/info/v1"
	"github.com/moby/sys/userns"
	"go.opentelemetry.io/otel/trace/noop"
	"golang.org/x/sys/unix"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	certutil "k8s.io/client-go/util/cert"
	internalapi "k8s.io/cri-api/pkg/apis"
	kubeletapp "k8s.io/kubernetes/cmd/kubelet/app"
	"k8s.io/kubernetes/cmd/kubelet/app/options"
	"k8s.io/kubernetes/pkg/kubelet"
	kubeletconfig "k8s.io/kubernetes/pkg/kubelet/apis/config"
	cadvisortest "k8s.io/kubernetes/pkg/kubelet/cadvisor/testing"
	"k8s.io/kubernetes/pkg/kubelet/cm"
	"k8s.io/kubernetes/pkg/kubelet/server"
	kubeletutil "k8s.io/kubernetes/pkg/kubelet/util"
	"k8s.io/kubernetes/pkg/util/oom"
	"k8s.io/kubernetes/pkg/volume"
	"k8s.io/kubernetes/pkg/volume/configmap"
	"k8s.io/kubernetes/pkg/volume/csi"
	"k8s.io/kubernetes/pkg/volume/downwardapi"
	"k8s.io/kubernetes/pkg/volume/emptydir"
	"k8s.io/kubernetes/pkg/volume/hostpath"
	"k8s.io/kubernetes/pkg/volume/local"
	"k8s.io/kubernetes/pkg/volume/projected"
	"k8s.io/kubernetes/pkg/volume/secret"
	"k8s.io/kubernetes/pkg/volume/util/hostutil"
	"k8s.io/kubernetes/pkg/volume/util/subpath"
	"k8s.io/mount-utils"
)

// Port of every kubelet, on its node's own address.
const kubeletPort = 10250

// Kubelet is what one kubelet is made from.
type Kubelet struct {
	Node *v1.Node
	// Address of the node in the cluster network.
	Address string
	// Dir holds volumes and logs.
	Dir string
	// API leads to the API server.
	API *rest.Config
	// ClientCA is the file of the authority that the API server's own client certificate comes from.
	ClientCA string
	DNS      string
	Runtime  internalapi.RuntimeService
	Images   internalapi.ImageManagerService
}

// Start starts the kubelet; it runs until the process ends.
func (k Kubelet) Start(ctx context.Context) error {
	client, err := kubernetes.NewForConfig(k.API)
	if err != nil {
		return err
	}
	flags, config, err := k.configuration()
	if err != nil {
		return err
	}
	tlsOptions, err := k.tlsOptions()
	if err != nil {
		return err
	}
	if userns.RunningInUserNS() {
		// The kernel's log is not to be read there.
		if err := utilfeature.DefaultMutableFeatureGate.Set("KubeletInUserNamespace=true"); err != nil {
			return err
		}
	}
	auth, reload, err := kubeletapp.BuildAuth("", client, *config)
	if err != nil {
		return err
	}
	reload(ctx.Done())
	dependencies := &kubelet.Dependencies{
		Auth:                      auth,
		CAdvisorInterface:         &machine{node: k.Node},
		ContainerManager:          containers{cm.NewStubContainerManager(), k.Node},
		EventClient:               client.CoreV1(),
		HeartbeatClient:           client,
		KubeClient:                client,
		HostUtil:                  hostutil.NewFakeHostUtil(nil),
		Mounter:                   &mount.FakeMounter{},
		NodeStartupLatencyTracker: kubeletutil.NewNodeStartupLatencyTracker(),
		OOMAdjuster:               oom.NewFakeOOMAdjuster(),
		PodStartupLatencyTracker:  kubeletutil.NewPodStartupLatencyTracker(),
		RemoteImageService:        k.Images,
		RemoteRuntimeService:      k.Runtime,
		Subpather:                 &subpath.FakeSubpath{},
		TLSOptions:                tlsOptions,
		TracerProvider:            noop.NewTracerProvider(),
		VolumePlugins:             volumePlugins(),
	}
	return kubeletapp.RunKubelet(ctx, &options.KubeletServer{KubeletFlags: *flags, KubeletConfiguration: *config}, dependencies)
}

func (k Kubelet) configuration() (*options.KubeletFlags, *kubeletconfig.KubeletConfiguration, error) {
	flags := options.NewKubeletFlags()
	flags.RootDirectory = k.Dir
	flags.CertDirectory = filepath.Join(k.Dir, "pki")
	flags.HostnameOverride = k.Node.Name
	flags.NodeIP = k.Address
	flags.MinimumGCAge = metav1.Duration{Duration: time.Minute}
	flags.MaxPerPodContainerCount = 1
	config, err := options.NewKubeletConfiguration()
	if err != nil {
		return nil, nil, err
	}
	pods := k.Node.Status.Capacity.Pods().Value()
	if pods == 0 {
		pods = 110
	}
	config.Address = k.Address
	config.Port = kubeletPort
	config.HealthzPort = 0
	config.MaxPods = int32(pods)
	config.PodLogsDir = filepath.Join(k.Dir, "logs")
	config.ProviderID = k.Node.Spec.ProviderID
	config.ClusterDNS = []string{k.DNS}
	config.ClusterDomain = "cluster.local"
	config.ResolverConfig = ""
	config.RegisterNode = true
	config.Authentication.Anonymous.Enabled = false
	config.Authentication.Webhook.Enabled = false
	config.Authentication.X509.ClientCAFile = k.ClientCA
	config.Authorization.Mode = kubeletconfig.KubeletAuthorizationModeAlwaysAllow
	// Machines of the sandbox are as large as their Node says; nothing of the real machine counts.
	config.CgroupsPerQOS = false
	config.EnforceNodeAllocatable = []string{}
	config.EvictionHard = map[string]string{}
	config.LocalStorageCapacityIsolation = false
	config.EnableControllerAttachDetach = false
	config.FailSwapOn = false
	config.MakeIPTablesUtilChains = false
	config.SerializeImagePulls = false
	config.RegistryPullQPS = 0
	config.EventRecordQPS = 0
	config.NodeLeaseDurationSeconds = 120
	config.NodeStatusUpdateFrequency = metav1.Duration{Duration: 10 * time.Second}
	config.VolumeStatsAggPeriod = metav1.Duration{Duration: -1}
	return flags, config, nil
}

func (k Kubelet) tlsOptions() (*server.TLSOptions, error) {
	certificate, key, err := certutil.GenerateSelfSignedCertKey(k.Node.Name, nil, nil)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(k.Dir, "pki")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	paths := server.TLSOptions{
		CertFile: filepath.Join(dir, "kubelet.crt"),
		KeyFile:  filepath.Join(dir, "kubelet.key"),
		Config:   &tls.Config{MinVersion: tls.VersionTLS12, ClientAuth: tls.RequestClientCert},
	}
	if err := os.WriteFile(paths.CertFile, certificate, 0o600); err != nil {
		return nil, err
	}
	if err := os.WriteFile(paths.KeyFile, key, 0o600); err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return nil, err
	}
	paths.Config.Certificates = []tls.Certificate{pair}
	return &paths, nil
}

// volumePlugins leave out the look whether a hostPath is there: it is a path of the node, and the runtime makes it.
func volumePlugins() []volume.VolumePlugin {
	var plugins []volume.VolumePlugin
	for _, probe := range [][]volume.VolumePlugin{
		emptydir.ProbeVolumePlugins(), secret.ProbeVolumePlugins(), configmap.ProbeVolumePlugins(),
		downwardapi.ProbeVolumePlugins(), projected.ProbeVolumePlugins(), local.ProbeVolumePlugins(),
		hostpath.FakeProbeVolumePlugins(volume.VolumeConfig{}), csi.ProbeVolumePlugins(),
	} {
		plugins = append(plugins, probe...)
	}
	plugins[0] = atOnce{plugins[0]}
	return plugins
}

// machine has the processors and memory that the Node object says.
type machine struct {
	cadvisortest.Fake
	node *v1.Node
}

func (m *machine) MachineInfo() (*cadvisorapi.MachineInfo, error) {
	capacity := m.node.Status.Capacity
	if capacity.Cpu().IsZero() || capacity.Memory().IsZero() {
		return nil, fmt.Errorf("node %s has no capacity", m.node.Name)
	}
	return &cadvisorapi.MachineInfo{
		NumCores:       int(capacity.Cpu().Value()),
		MemoryCapacity: uint64(capacity.Memory().Value()),
		MachineID:      m.node.Name,
		SystemUUID:     m.node.Name,
		BootID:         m.node.Name,
	}, nil
}

func (m *machine) VersionInfo() (*cadvisorapi.VersionInfo, error) {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return nil, err
	}
	return &cadvisorapi.VersionInfo{
		KernelVersion:      unix.ByteSliceToString(name.Release[:]),
		ContainerOsVersion: "ecommerce-mesh sandbox",
	}, nil
}

// containers reserves what the Node object says that pods do not get.
type containers struct {
	cm.ContainerManager
	node *v1.Node
}

func (c containers) GetNodeAllocatableReservation() v1.ResourceList {
	reserved := v1.ResourceList{}
	for _, name := range []v1.ResourceName{v1.ResourceCPU, v1.ResourceMemory} {
		difference := c.node.Status.Capacity[name].DeepCopy()
		difference.Sub(c.node.Status.Allocatable[name])
		if difference.Sign() > 0 {
			reserved[name] = difference
		}
	}
	return reserved
}
