/** The applications that the repository ships. */
export const CATALOGS = ["ecommerce", "bookinfo", "cloud-native", "enterprise", "frontend-backend"] as const;
