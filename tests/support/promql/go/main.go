// Command promql asks Prometheus's own packages about rules and queries, for tests. It reads one JSON object from stdin
// and writes one to stdout:
//
//	{"check": FILE}                      -> {"errors": [...], "rules": N}         what `promtool check rules` looks at
//	{"parse": [EXPR, ...]}               -> {"queries": [{"error", "metrics", "labels"}, ...]}
//	{"fire": {"rules": FILE, "cases": [{"interval", "series": [{"series", "values"}], "at"}]}}
//	                                     -> {"cases": [[{"name", "labels", "annotations"}, ...], ...]}  as `promtool test rules` evaluates
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/rules"
)

type request struct {
	Check string   `json:"check"`
	Parse []string `json:"parse"`
	Fire  *struct {
		Rules string     `json:"rules"`
		Cases []fireCase `json:"cases"`
	} `json:"fire"`
}

type fireCase struct {
	Interval string `json:"interval"`
	Series   []struct {
		Series string `json:"series"`
		Values string `json:"values"`
	} `json:"series"`
	At string `json:"at"`
}

type query struct {
	Error   string   `json:"error,omitempty"`
	Metrics []string `json:"metrics"`
	Labels  []string `json:"labels"`
}

type alert struct {
	Name        string            `json:"name"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

func main() {
	var asked request
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		fail(err)
	}
	answer, err := answerTo(asked)
	if err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func answerTo(asked request) (any, error) {
	switch {
	case asked.Check != "":
		return check(asked.Check), nil
	case asked.Fire != nil:
		answers := [][]alert{}
		for index, one := range asked.Fire.Cases {
			alerts, err := fire(asked.Fire.Rules, one)
			if err != nil {
				return nil, fmt.Errorf("case %d: %w", index, err)
			}
			answers = append(answers, alerts)
		}
		return map[string]any{"cases": answers}, nil
	default:
		queries := []query{}
		for _, expression := range asked.Parse {
			queries = append(queries, parse(expression))
		}
		return map[string]any{"queries": queries}, nil
	}
}

func check(file string) map[string]any {
	messages := []string{}
	groups, errs := rulefmt.ParseFile(file, false)
	for _, err := range errs {
		messages = append(messages, err.Error())
	}
	count := 0
	if groups != nil {
		for _, group := range groups.Groups {
			count += len(group.Rules)
		}
	}
	return map[string]any{"errors": messages, "rules": count}
}

// parse names every metric that an expression selects, and every label that it matches, groups or joins by.
func parse(expression string) query {
	tree, err := parser.ParseExpr(expression)
	if err != nil {
		return query{Error: err.Error(), Metrics: []string{}, Labels: []string{}}
	}
	metrics, names := map[string]bool{}, map[string]bool{}
	parser.Inspect(tree, func(node parser.Node, _ []parser.Node) error {
		switch part := node.(type) {
		case *parser.VectorSelector:
			for _, matcher := range part.LabelMatchers {
				if matcher.Name == labels.MetricName {
					metrics[matcher.Value] = true
				} else {
					names[matcher.Name] = true
				}
			}
		case *parser.AggregateExpr:
			for _, name := range part.Grouping {
				names[name] = true
			}
		case *parser.BinaryExpr:
			if part.VectorMatching != nil {
				for _, name := range append(append([]string{}, part.VectorMatching.MatchingLabels...), part.VectorMatching.Include...) {
					names[name] = true
				}
			}
		}
		return nil
	})
	return query{Metrics: sorted(metrics), Labels: sorted(names)}
}

func sorted(set map[string]bool) []string {
	names := []string{}
	for name := range set {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// fire evaluates every group of the file at each interval up to the asked time and gives the alerts that fire then.
func fire(file string, asked fireCase) (firing []alert, err error) {
	interval, err := model.ParseDuration(asked.Interval)
	if err != nil {
		return nil, err
	}
	at, err := model.ParseDuration(asked.At)
	if err != nil {
		return nil, err
	}
	step := time.Duration(interval)
	suite, err := promqltest.NewLazyLoader(loadCommand(asked), promqltest.LazyLoaderOpts{EnableAtModifier: true, EnableNegativeOffset: true})
	if err != nil {
		return nil, err
	}
	defer func() {
		if closing := suite.Close(); err == nil {
			err = closing
		}
	}()
	suite.SubqueryInterval = step
	manager := rules.NewManager(&rules.ManagerOptions{
		QueryFunc:  rules.EngineQueryFunc(suite.QueryEngine(), suite.Storage()),
		Appendable: suite.Storage(),
		Context:    context.Background(),
		NotifyFunc: func(context.Context, string, ...*rules.Alert) {},
		Logger:     promslog.NewNopLogger(),
	})
	groups, errs := manager.LoadGroups(step, labels.EmptyLabels(), "", nil, false, file)
	if len(errs) > 0 {
		return nil, errs[0]
	}
	ordered := inOrder(groups)
	for now := time.Unix(0, 0).UTC(); !now.After(time.Unix(0, 0).UTC().Add(time.Duration(at))); now = now.Add(step) {
		var failed error
		suite.WithSamplesTill(now, func(loading error) {
			failed = loading
			for _, group := range ordered {
				group.Eval(suite.Context(), now)
				for _, rule := range group.Rules() {
					if rule.LastError() != nil && failed == nil {
						failed = fmt.Errorf("rule %s: %w", rule.Name(), rule.LastError())
					}
				}
			}
		})
		if failed != nil {
			return nil, failed
		}
	}
	return firingOf(ordered), nil
}

func loadCommand(asked fireCase) string {
	var text strings.Builder
	fmt.Fprintf(&text, "load %s\n", asked.Interval)
	for _, series := range asked.Series {
		fmt.Fprintf(&text, "  %s %s\n", series.Series, series.Values)
	}
	return text.String()
}

// inOrder puts groups of recordings before groups of alerts: a server evaluates all of them again and again.
func inOrder(groups map[string]*rules.Group) []*rules.Group {
	ordered := []*rules.Group{}
	for _, group := range groups {
		ordered = append(ordered, group)
	}
	sort.Slice(ordered, func(one, other int) bool {
		if recordings(ordered[one]) != recordings(ordered[other]) {
			return recordings(ordered[one])
		}
		return ordered[one].Name() < ordered[other].Name()
	})
	return ordered
}

func recordings(group *rules.Group) bool {
	return len(group.AlertingRules()) == 0
}

func firingOf(groups []*rules.Group) []alert {
	firing := []alert{}
	for _, group := range groups {
		for _, rule := range group.AlertingRules() {
			for _, active := range rule.ActiveAlerts() {
				if active.State == rules.StateFiring {
					firing = append(firing, alert{rule.Name(), active.Labels.Map(), active.Annotations.Map()})
				}
			}
		}
	}
	sort.Slice(firing, func(one, other int) bool { return firing[one].Name < firing[other].Name })
	return firing
}
