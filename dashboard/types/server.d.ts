/**
 * What the server says, as far as the page reads it: server/schemas/, and what
 * dashboard/pages/explore/ describes. tests/unit/dashboard/test_page_types.py holds the names to these.
 */

interface ProgressRead {
  total: number;
  done: number;
  failed: number;
  cancelled: number;
  running: number;
  queued: number;
  paused: number;
  ended: boolean;
  complete: boolean;
  networks_per_minute: number;
  seconds_left: number | null;
}

interface PopulationRead {
  id: number;
  name: string;
  space_id: number;
  space_name: string;
  regime_id: number;
  regime_name: string;
  n: number;
  whole: boolean;
  paused: boolean;
  priority: number;
  inherits: number | null;
  inherited: number;
  origin: string;
  provenance: Provenance | null;
  owner: string | null;
  visibility: string;
  mine: boolean;
  deed: DeedBrief | null;
  version: number;
  progress: ProgressRead;
}

interface DeedBrief {
  at: number;
  actor: string;
  what: string;
}

/** Where an imported population was measured: whatever its archive tells. */
interface Provenance {
  cpu?: string;
  torch?: string;
  commit?: string;
  seconds: number;
}

interface RunningJobRead {
  job_id: number;
  network_id: number;
  worker: string | null;
  epoch: number;
  epochs: number;
  error: number | null;
}

interface LastFailureRead {
  network_id: number;
  failure: string;
  detail: string | null;
}

interface Activity {
  population: number;
  version: number;
  paused: boolean;
  progress: ProgressRead;
  running: RunningJobRead[];
  last_failure: LastFailureRead | null;
}

interface WorkerRead {
  name: string;
  device: string;
  gpu: boolean;
  slots: number;
  data_sets: string[];
  silent_ms: number;
  alive: boolean;
  jobs: RunningJobRead[];
  jobs_per_minute: number;
}

interface JobLineRead {
  id: number;
  network_id: number;
  population_id: number | null;
  kind: string;
  state: string;
  attempt: number;
  priority: number;
  worker: string | null;
  since: number | null;
  epoch: number;
  epochs: number;
  error: number | null;
  cancelling: boolean;
  failure: string | null;
  detail: string | null;
  waits: string | null;
}

interface JobListRead {
  items: JobLineRead[];
  counts: Record<string, number>;
  now: number;
}

/** dashboard/pages/explore/constraints.py, `described`. */
interface Control {
  name: string;
  symbol: string;
  label: string;
  title: string;
  unit: string;
  mark: string;
  scale: number;
  decimals: number;
  log: boolean;
  kind: string;
  section: string;
  stops: number[];
  spacing: number;
  names: string[];
  shorts: string[];
}

/** The controls of a population at one version: `_panels` of dashboard/pages/explore/page.py. */
interface Panel {
  population: number;
  version: number;
  columns: Control[];
  names: string[];
  measured: Record<string, number>;
}

/** In front of a population's columns: services/reading/columns.py. */
interface Header {
  population: number;
  name: string;
  version: number;
  n: number;
  prefix: number;
  whole: boolean;
  measured: string[];
  causes: string[];
  columns: { name: string; type: "uint32" | "float32" }[];
}

interface MeRead {
  name: string;
  role: string;
  id: number | null;
  gives: string[];
  enters_by: string | null;
  mode: "none" | "key" | "accounts";
  session: number | null;
  verbs: string[];
}

interface SessionRead {
  id: number;
  user: string | null;
  agent: string;
  address: string;
  created_at: number;
  seen_at: number;
  expires_at: number;
}

interface TokenRead {
  id: number;
  name: string;
  prefix: string;
  user: string | null;
  scopes: string[];
  created_at: number;
  expires_at: number | null;
  used_at: number | null;
  revoked: boolean;
}

interface NewTokenRead {
  token: TokenRead;
  secret: string;
}

interface UserRead {
  id: number;
  name: string;
  role: string;
  enters_by: string;
  created_at: number;
  disabled: boolean;
}

interface LinkRead {
  path: string;
  hours: number;
}

interface DeedRead {
  id: number;
  at: number;
  actor: string;
  token: string | null;
  address: string | null;
  what: string;
  kind: string | null;
  object_id: number | null;
  detail: Record<string, unknown>;
}

interface DeedsRead {
  items: DeedRead[];
  next: number | null;
}
