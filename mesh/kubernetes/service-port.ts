/** Port that callers ask a service on. The container may listen on another. */
export function servicePort({ port, servicePort }: { readonly port: number; readonly servicePort?: number }): number {
  return servicePort ?? port;
}
