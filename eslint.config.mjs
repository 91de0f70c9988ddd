import eslint from "@eslint/js";
import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";

const defaultExport = {
  selector: "ExportDefaultDeclaration",
  message: "Name what you export: a default export has a different name in every file that imports it.",
};

export default tseslint.config(
  { ignores: ["node_modules/", ".sandbox/", "out/"] },
  eslint.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      curly: "error",
      eqeqeq: "error",
      "no-restricted-syntax": ["error", defaultExport],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      // Pulumi resources register themselves: `new` for its effect is the API.
      "no-new": "off",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: true }],
      // The rule recurses without end into recursive types that hold classes, such as the providers' PropertyValue (8.73.0).
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
    },
  },
  { files: ["components/**/*.ts", "index.ts"], rules: { "no-console": "error" } },
  prettier,
);
