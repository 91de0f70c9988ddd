// Command rate-limit-service is envoyproxy/ratelimit itself, with a Redis of this process in the place of a real one. It reads
// the same environment as the service; the fake listens on REDIS_URL and asks for REDIS_AUTH.
//
//	rate-limit-service -check DIR   loads the files of a folder as the service does, and says what is wrong with them
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/alicebob/miniredis/v2"
	gostats "github.com/lyft/gostats"

	"github.com/envoyproxy/ratelimit/src/config"
	"github.com/envoyproxy/ratelimit/src/service_cmd/runner"
	"github.com/envoyproxy/ratelimit/src/settings"
	"github.com/envoyproxy/ratelimit/src/stats"
)

func main() {
	dir := flag.String("check", "", "folder of configuration files to load")
	flag.Parse()
	if *dir != "" {
		if err := check(*dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	redis := miniredis.NewMiniRedis()
	redis.RequireAuth(os.Getenv("REDIS_AUTH"))
	if err := redis.StartAddr(os.Getenv("REDIS_URL")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	service := runner.NewRunner(settings.NewSettings())
	service.Run()
}

func check(dir string) (err error) {
	defer func() {
		// The loader panics with what is wrong.
		if found := recover(); found != nil {
			err = fmt.Errorf("%v", found)
		}
	}()
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	files := []config.RateLimitConfigToLoad{}
	for _, entry := range entries {
		name := filepath.Join(dir, entry.Name())
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		files = append(files, config.RateLimitConfigToLoad{Name: name, ConfigYaml: config.ConfigFileContentToYaml(name, string(content))})
	}
	config.NewRateLimitConfigImpl(files, stats.NewStatManager(gostats.NewStore(gostats.NewNullSink(), false), settings.NewSettings()), false)
	return nil
}
