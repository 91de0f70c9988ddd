/**
 * The generated messages, under names that ESM can import: they are CommonJS whose exports Node cannot name by itself.
 * Only message code is imported here, never the SDK: its import takes longer than a whole preview may.
 */
import anyPb from "google-protobuf/google/protobuf/any_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import aliasPb from "@pulumi/pulumi/proto/alias_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";

export { aliasPb, anyPb, emptyPb, pluginPb, providerPb, resourcePb, statusPb };
