//go:build linux

package main

import (
	"context"
	"encoding/json"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

const (
	rootNamespace = "istio-system"
	filterName    = "ecommerce-mesh-sandbox-stock-envoy"
	filterEvery   = 500 * time.Millisecond
	filterLook    = 30 * time.Second
)

// removeStats keeps the filter `istio.stats` out of every listener: only Istio's own build of Envoy has it, and the stock
// Envoy of the sandbox refuses a listener that names it. istiod adds it for its metrics provider and for Telemetry
// objects; an EnvoyFilter in the root namespace takes it out again, whatever added it.
func removeStats(ctx context.Context, config *rest.Config) error {
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	filters := client.Resource(schema.GroupVersionResource{
		Group: "networking.istio.io", Version: "v1alpha3", Resource: "envoyfilters",
	}).Namespace(rootNamespace)
	body, err := json.Marshal(statsFilter())
	if err != nil {
		return err
	}
	go func() {
		for {
			// Until Istio is installed nothing takes the object; and somebody may delete it.
			_, err := filters.Patch(ctx, filterName, types.ApplyPatchType, body, metav1.PatchOptions{FieldManager: "mesh-node"})
			pause := filterLook
			if err != nil {
				pause = filterEvery
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(pause):
			}
		}
	}()
	return nil
}

func statsFilter() map[string]any {
	const manager = "envoy.filters.network.http_connection_manager"
	remove := func(applyTo string, filter map[string]any) map[string]any {
		return map[string]any{
			"applyTo": applyTo,
			"match":   map[string]any{"listener": map[string]any{"filterChain": map[string]any{"filter": filter}}},
			"patch":   map[string]any{"operation": "REMOVE"},
		}
	}
	return map[string]any{
		"apiVersion": "networking.istio.io/v1alpha3",
		"kind":       "EnvoyFilter",
		"metadata": map[string]any{
			"name": filterName, "namespace": rootNamespace,
			"labels": map[string]any{"app.kubernetes.io/managed-by": "ecommerce-mesh-sandbox"},
		},
		"spec": map[string]any{
			// After every other one: what is removed shall not be missed by those that look for it.
			"priority": 1000,
			"configPatches": []any{
				remove("HTTP_FILTER", map[string]any{"name": manager, "subFilter": map[string]any{"name": "istio.stats"}}),
				remove("NETWORK_FILTER", map[string]any{"name": "istio.stats"}),
			},
		},
	}
}
