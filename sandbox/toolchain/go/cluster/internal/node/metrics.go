//go:build linux

package node

import (
	"fmt"
	"reflect"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"k8s.io/component-base/metrics/legacyregistry"
)

// unregistered is a registry that keeps nothing.
type unregistered struct{}

func (unregistered) Register(prometheus.Collector) error  { return nil }
func (unregistered) MustRegister(...prometheus.Collector) {}
func (unregistered) Unregister(prometheus.Collector) bool { return true }
func (unregistered) Gather() ([]*dto.MetricFamily, error) { return nil, nil }

// dropMetrics lets several kubelets live in one process: each registers the same collectors in the same global
// registry, and a second one ends the process. Nobody scrapes them here.
func dropMetrics() error {
	prometheus.DefaultRegisterer = unregistered{}
	field := reflect.ValueOf(legacyregistry.DefaultGatherer).Elem().FieldByName("PromRegistry")
	if !field.CanSet() {
		return fmt.Errorf("Kubernetes keeps its metrics in another way than this program knows")
	}
	field.Set(reflect.ValueOf(unregistered{}))
	return nil
}
