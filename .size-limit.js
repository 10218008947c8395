const modifyEsbuildConfig = (config) => ({ ...config, platform: "node" });

export default [
  {
    name: "core: import { createMonitor }",
    path: "packages/core/dist/index.js",
    import: "{ createMonitor }",
    limit: "16 kB",
    brotli: false,
    gzip: true,
    modifyEsbuildConfig,
  },
  {
    name: "core: everything",
    path: "packages/core/dist/index.js",
    limit: "22 kB",
    gzip: true,
    modifyEsbuildConfig,
  },
];
