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
  kind: string;
  criterion: string;
  space_id: number | null;
  space_name: string | null;
  regime_id: number | null;
  regime_name: string | null;
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
  created_at: number;
  study: string | null;
  archived_at: number | null;
  deleted_at: number | null;
  note: string;
  tags: string[];
  progress: ProgressRead;
}

interface NoteRead {
  id: number;
  kind: string;
  population_id: number | null;
  network_id: number | null;
  view_id: number | null;
  of: string;
  text: string;
  tags: string[];
  version: number;
  changed_at: number | null;
  author: string | null;
}

interface TagRead {
  tag: string;
  things: number;
}

interface ShownRead {
  id: number;
  name: string | null;
}

interface ViewRead {
  id: number;
  name: string;
  page: string;
  query: string;
  populations: ShownRead[];
  note: string;
  tags: string[];
  owner: string | null;
  visibility: string;
  mine: boolean;
  version: number;
  created_at: number;
  changed_at: number;
}

/** What became of the rows of a file: server/schemas/tables.py. */
interface DeedBrief {
  at: number;
  actor: string;
  what: string;
}

/**
 * Where an imported population was measured: whatever its archive tells. Of a table: the file that
 * it was, or the sides of a set.
 */
interface Provenance {
  cpu?: string;
  torch?: string;
  commit?: string;
  seconds?: number;
  file?: string;
  sides?: { side: string; population: number; name: string; version: number; networks: number }[];
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
  name: string;
  study: string | null;
  archived_at: number | null;
  owner: string | null;
  visibility: string;
  tags: string[];
  database: string;
}

interface DiskRead {
  size: number;
  free: number;
  used: Record<string, number>;
}

interface WorkerRead {
  name: string;
  device: string;
  gpu: boolean;
  slots: number;
  data_sets: string[];
  disk: DiskRead | null;
  refuses: string | null;
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
  named: string;
  word: string;
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
  criterion: string;
  judges: Record<string, string>;
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
  kind: "sampled" | "table";
  criterion: string;
  judged: Criterion;
  others: string[];
  columns: { name: string; type: "uint32" | "float32" }[];
}

/** What networks are judged by, as people read it: `described` of columns/units.py. */
interface Criterion {
  name: string;
  symbol: string;
  label: string;
  named: string;
  word: string;
  unit: string;
  base: string;
  mark: string;
  scale: number;
  decimals: number;
  log: boolean;
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

/** A field that is refused, what was given, and what is allowed: server/problems.py. */
interface Problem {
  field?: string;
  value?: string | number | boolean | null;
  message: string;
}

/** How a file is read, and what a column of it becomes: services/exchange/tables/plan.py. */
interface Plan {
  format: string;
  encoding: string;
  separator: string;
  quote: string;
  decimal: string;
  thousands: string;
  header: boolean;
  skip: number;
  columns: ColumnPlan[];
  networks: string;
  resolution: number;
  channels: number;
  classes: number;
  repeats: string;
}

interface ColumnPlan {
  source: string;
  role: string;
  quantity: string;
  label: string;
  unit: string;
  log: boolean;
  factor: number;
  complement: boolean;
}

interface ColumnLookRead {
  source: string;
  texts: string[];
  read: (number | string | null)[];
  wrong: number[];
  empty: number;
  taken: number;
  refused: number;
  why: string;
  problems: string[];
}

interface TableLookRead {
  plan: Plan;
  columns: ColumnLookRead[];
  lines: number[];
  rows: number;
  rows_known: boolean;
  looked_at: number;
  tried: number;
  networks: number;
  not_networks: Record<string, number>;
  problems: string[];
  notes: string[];
}

interface RefusedRowRead {
  line: number;
  column: string;
  value: string;
  reason: string;
}

interface DifferenceRead {
  quantity: string;
  factor: number;
  networks: number;
  example: string;
  reason: string;
}

interface ReportRead {
  rows: number;
  taken: number;
  merged: number;
  refused: RefusedRowRead[];
  refused_by_reason: Record<string, number>;
  networks: number;
  not_networks: Record<string, number>;
  differences: DifferenceRead[];
  notes: string[];
}

interface TableRead {
  population: PopulationRead;
  report: ReportRead;
}

interface QuantityRead {
  name: string;
  symbol: string;
  label: string;
  unit: string;
  role: string;
  log: boolean;
  spread: boolean;
}

interface EstimateRead {
  estimate: number | null;
  lower: number | null;
  upper: number | null;
  n: number;
  level: number;
  reason: string | null;
}

interface RangeRead {
  lo: number;
  median: number;
  hi: number;
  n: number;
}

interface AtRead {
  name: string;
  complexity: number | null;
  least: number | null;
  most: number | null;
  best: RangeRead | null;
  median: number | null;
  of_all: number | null;
  n: number;
}

interface TrendRead {
  parameter: string;
  verdict: string;
  slope: EstimateRead;
  of_all: number | null;
  p: number | null;
  n: number;
  logarithmic: boolean;
  levels: AtRead[];
}

interface SideRead {
  side: string;
  label: string;
  regime: string;
}

interface NetworksRead {
  id: number[];
  ordinal: number[];
  complexity: number[];
  columns: Record<string, (number | null)[]>;
}

interface TrendsRead {
  sides: SideRead[];
  by: string;
  level: number;
  margin: number;
  lacking: number;
  shared: number;
  convention: string;
  trends: TrendRead[];
  points: NetworksRead[] | null;
  every: number | null;
}

interface CoefficientRead {
  name: string;
  estimate: number | null;
  lower: number | null;
  upper: number | null;
}

interface FitRead {
  model: string;
  coefficients: CoefficientRead[];
  r2: number | null;
  error: EstimateRead;
  behind: EstimateRead | null;
  decided: boolean;
}

interface PointsRead {
  id: number[];
  time: (number | null)[];
  said: (number | null)[];
  x: Record<string, (number | null)[]>;
  judged: (number | null)[];
  every: number;
}

interface UnderConditionRead {
  condition: string;
  where: Record<string, string>;
  n: number;
  networks: number;
  left_out: number;
  predicted: number;
  statement: string;
  fits: FitRead[];
  front: number[];
  points: PointsRead | null;
}

interface SpeedRead {
  population: number;
  time: string;
  passing: number;
  conditions: UnderConditionRead[];
  mixed: string[];
  notes: string[];
}

interface EdfRead {
  criterion: string;
  best: number | null;
  median: number | null;
  error: number[];
  share: number[];
  selection: SelectionRead;
}

interface SelectionRead {
  n: number;
}

interface ImportanceRead {
  parameter: string;
  divergence: EstimateRead;
  share: EstimateRead;
  tells: boolean;
  bins: number;
}

interface ImportancesRead {
  criterion: string;
  gamma: number;
  importances: ImportanceRead[];
  selection: SelectionRead;
}

/** A figure on its way to a paper: dashboard/papers.py. */
interface PaperRead {
  name: string;
  title: string;
  width: number;
  height: number;
  mm: number;
  figure: object;
}
