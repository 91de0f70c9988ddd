/** Says of every represented object which chart it stands in for. */
export const REPRESENTS_ANNOTATION = "sandbox.ecommerce-mesh.dev/represents";

/** The value of `app.kubernetes.io/managed-by` on represented objects. */
export const MANAGED_BY = "ecommerce-mesh-sandbox";
