// H5Web over one container: which, the page's address says (experiment, measurement).

import "@h5web/app/styles.css";
import "./viewer.css";

import { App, H5GroveProvider } from "@h5web/app";
import { createRoot } from "react-dom/client";
import { upright } from "./upright.js";

const asked = new URLSearchParams(location.search);
const experiment = encodeURIComponent(asked.get("experiment") ?? "");
const measurement = asked.get("measurement") ?? "";
const base = `/api/v1/experiments/${experiment}/containers/${encodeURIComponent(measurement)}/h5`;

try {
  upright(localStorage);
} catch {} // a browser may refuse to keep anything: H5Web draws then as it does elsewhere

document.title = `${measurement} · emfair`;
createRoot(document.getElementById("viewer")).render(
  <H5GroveProvider url={new URL(base, location.href).href} filepath={`${measurement}.nxs`}>
    <App sidebarOpen={false} initialPath="/" />
  </H5GroveProvider>,
);
