{{- /*
The objects of one entry of workloads.yaml. An entry with an apiVersion is an object as it is; every other one makes a
ServiceAccount, a Deployment, a Service and a PodDisruptionBudget, in the way that most charts do:

  chart       value of app.kubernetes.io/name, and what the names are made of
  values      the part of the release's values that describes the pods: replicas, resources, placement, labels
  name        of all objects; default: the release's name, with the chart's behind it where it is not in it
  kind        default: Deployment
  labels      selected by, beside the usual ones;   selector: instead of the usual ones
  account     serviceAccount of the values: create, name, annotations
  containers  name, image, ports by name, and fields as Kubernetes has them; the first has the values' resources
  service     ports by name: [port, target];   serviceSpec: other fields;   serviceName: default: name
  pod         further fields of the pod
*/ -}}
{{- define "placeholder.objects" -}}
{{- $root := .root }}
{{- $entry := .entry }}
{{- if $entry.apiVersion }}
---
{{ toYaml (mergeOverwrite $entry (dict "metadata" (merge $entry.metadata (include "placeholder.marks" $root | fromYaml)))) }}
{{- else }}
{{- $values := $entry.values | default dict }}
{{- $release := $root.Release.Name }}
{{- $name := $entry.name | default (ternary $release (printf "%s-%s" $release $entry.chart) (contains $entry.chart $release)) }}
{{- $usual := dict "app.kubernetes.io/name" $entry.chart "app.kubernetes.io/instance" $release }}
{{- $selector := $entry.selector | default (merge $usual ($entry.labels | default dict)) }}
{{- $marks := include "placeholder.marks" $root | fromYaml }}
{{- $metadata := dict "namespace" $root.Release.Namespace "labels" $selector "annotations" $marks.annotations }}
{{- $account := $entry.account | default dict }}
{{- $accountName := $account.name | default $name }}
{{- if ne $account.create false }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- $annotations := merge ($account.annotations | default dict) $marks.annotations }}
  {{- merge (dict "name" $accountName "annotations" $annotations) $metadata | toYaml | nindent 2 }}
{{- end }}
---
apiVersion: apps/v1
kind: {{ $entry.kind | default "Deployment" }}
metadata:
  {{- merge (dict "name" $name) $metadata | toYaml | nindent 2 }}
spec:
  replicas: {{ $values.replicaCount | default $values.replicas | default 1 }}
  {{- if eq $entry.kind "StatefulSet" }}
  serviceName: {{ $entry.serviceName | default $name }}
  {{- end }}
  selector:
    matchLabels: {{- toYaml $selector | nindent 6 }}
  template:
    metadata:
      labels: {{- merge (dict) $selector ($values.podLabels | default dict) | toYaml | nindent 8 }}
      annotations: {{- merge (dict) $marks.annotations ($values.podAnnotations | default dict) | toYaml | nindent 8 }}
    spec:
      serviceAccountName: {{ $accountName }}
      {{- $placement := pick $values "affinity" "nodeSelector" "priorityClassName" "tolerations" "topologySpreadConstraints" }}
      {{- with merge (dict) ($entry.pod | default dict) $placement }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
      containers:
        {{- range $index, $container := $entry.containers }}
        {{- $defaults := ternary (pick $values "resources") dict (eq $index 0) }}
        - image: sandbox.invalid/{{ $container.image }}:{{ $root.Chart.AppVersion }}
          {{- with $container.ports }}
          ports:
            {{- range $port, $number := . }}
            - { name: {{ $port }}, containerPort: {{ $number }} }
            {{- end }}
          {{- end }}
          {{- merge (omit $container "image" "ports") $defaults | toYaml | nindent 10 }}
        {{- end }}
{{- with $entry.service }}
---
apiVersion: v1
kind: Service
metadata:
  {{- merge (dict "name" ($entry.serviceName | default $name)) $metadata | toYaml | nindent 2 }}
spec:
  {{- with $entry.serviceSpec }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  selector: {{- toYaml $selector | nindent 4 }}
  ports:
    {{- range $port, $numbers := . }}
    - { name: {{ $port }}, port: {{ index $numbers 0 }}, targetPort: {{ index $numbers 1 }}, protocol: TCP }
    {{- end }}
{{- end }}
{{- with $values.podDisruptionBudget }}
{{- if ne .enabled false }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- merge (dict "name" (.name | default $name)) $metadata | toYaml | nindent 2 }}
spec:
  {{- pick . "minAvailable" "maxUnavailable" "unhealthyPodEvictionPolicy" | toYaml | nindent 2 }}
  selector:
    matchLabels: {{- toYaml $selector | nindent 6 }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- /* What every object says of itself. */ -}}
{{- define "placeholder.marks" -}}
namespace: {{ .Release.Namespace }}
annotations:
  sandbox.ecommerce-mesh.dev/represents: {{ .Chart.Name }}-{{ .Chart.AppVersion }}
{{- end }}
