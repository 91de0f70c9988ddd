/** What the charts say that are made from Istio's sources; a part of their version. */
export const ISTIO_VERSION = "1.31-alpha.b01690e6db7d";

/** For people: the version that is in the making in those sources, and the day that they are of. */
export const ISTIO_SOURCES = "1.31-alpha (module of 2026-04-23)";
