//go:build linux

package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"ecommerce-mesh/toolchain/cluster/internal/spec"
)

// servePlaceholder runs in place of an image that cannot be had: it answers what a probe asks, and does nothing else.
func servePlaceholder(container spec.Container) {
	if container.Ends {
		fmt.Println("placeholder: this image cannot be had here; ending at once, as if its work were done")
		return
	}
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, syscall.SIGINT)
	answer := http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) {
		writer.Header().Set("x-ecommerce-mesh-placeholder", "true")
		fmt.Fprintln(writer, "placeholder: this image cannot be had in the sandbox")
	})
	for _, port := range container.Ports {
		listener, err := net.Listen("tcp", ":"+strconv.Itoa(port))
		if err != nil {
			// Another container of the pod has the port.
			continue
		}
		server := &http.Server{Handler: answer, ReadHeaderTimeout: 10 * time.Second}
		go server.Serve(listener)
	}
	fmt.Printf("placeholder: this image cannot be had here; answering probes on ports %v\n", container.Ports)
	<-end
}
