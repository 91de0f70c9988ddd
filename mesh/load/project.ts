/** Name of the Pulumi project, and namespace of its configuration keys. */
export const PROJECT = "ecommerce-mesh";
