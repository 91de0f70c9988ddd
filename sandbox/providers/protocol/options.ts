/** Options of every channel: the engine's own limit for messages, since a Helm release's values may exceed gRPC's 4 MiB. */
export const GRPC_OPTIONS = {
  "grpc.max_receive_message_length": 400 * 1024 * 1024,
  "grpc.max_send_message_length": 400 * 1024 * 1024,
} as const;
