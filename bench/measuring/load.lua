-- What wrk sends: each of its threads is a browser with one connection, its own cookie and its own requests.
-- The argument behind "--" is a folder with a file for each thread, written by wrk.py.

local threads = {}

function setup(thread)
  table.insert(threads, thread)
  thread:set("number", #threads)
end

function init(arguments)
  script = dofile(arguments[1] .. "/" .. number .. ".lua")
  wrong, unique, first_wrong = 0, script.unique, ""
  sent = number == 1 and -1 or 0  -- wrk asks the first thread for a request that it only looks at
end

local function with_unique_number(request)
  unique = unique + 1
  return (request:gsub(script.marker, string.format("%010d", unique)))
end

function request()
  step = script.steps[sent % #script.steps + 1]
  sent = sent + 1
  if script.marker ~= "" then
    return with_unique_number(step.request)
  end
  return step.request
end

function response(status, headers, body)
  local location = headers["Location"] or headers["location"] or ""
  if status ~= step.status or not location:find(step.location, 1, true) then
    wrong = wrong + 1
    first_wrong = status .. " " .. location
  end
  if script.once and sent >= #script.steps then
    wrk.thread:stop()
  end
end

function done(summary, latency, requests)
  local wrong, first = 0, ""
  for _, thread in ipairs(threads) do
    wrong = wrong + (thread:get("wrong") or 0)
    first = first .. (thread:get("first_wrong") or "")
  end
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "microseconds": %d, "bytes": %d, "p50": %d, "p95": %d, "p99": %d, "failed": %d, "wrong": %d, "first": "%s"}\n',
    summary.requests, summary.duration, summary.bytes,
    latency:percentile(50), latency:percentile(95), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.timeout, wrong, first:sub(1, 80):gsub('[%c"\\]', " ")))
end
