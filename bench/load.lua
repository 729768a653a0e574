-- What wrk asks for, and what it tells: one line of JSON. BENCH_PATHS names a file of paths, asked
-- in turn from line BENCH_FROM (0 is the first) on; without it wrk asks for its one URL. With
-- BENCH_COUNT every answer is looked at, which costs wrk some of its speed. BENCH_DELAY is for how
-- many milliseconds a connection waits before each request, in the mean.

-- Globals, for `done` runs in a state of its own and reads them from the thread.
asked, good, shed, without_retry_after = 0, 0, 0, 0

if os.getenv("BENCH_PATHS") then
   local paths, at = {}, tonumber(os.getenv("BENCH_FROM") or "0")
   for line in io.lines(os.getenv("BENCH_PATHS")) do
      paths[#paths + 1] = line
   end

   function request()
      local path = paths[at % #paths + 1]
      at = at + 1
      asked = asked + 1
      return wrk.format("GET", path)
   end
end

if os.getenv("BENCH_COUNT") then
   function response(status, headers)
      if status == 200 then
         good = good + 1
      elseif status == 503 then
         shed = shed + 1
         local told = headers["retry-after"] or headers["Retry-After"]
         if not told then without_retry_after = without_retry_after + 1 end
      end
   end
end

if os.getenv("BENCH_DELAY") then
   local wanted, owed = tonumber(os.getenv("BENCH_DELAY")), 0

   function delay() -- wrk waits for whole milliseconds
      owed = owed + wanted
      local waits = math.floor(owed)
      owed = owed - waits
      return waits
   end
end

local threads = {}

function setup(thread)
   threads[#threads + 1] = thread
end

function done(summary, latency)
   local thread, errors = threads[1], summary.errors
   io.write(string.format(
      '\n{"requests": %d, "seconds": %f, "bytes": %d, "p50_ms": %f, "p99_ms": %f, "refused": %d, '
         .. '"broken": %d, "asked": %d, "good": %d, "shed": %d, "without_retry_after": %d}\n',
      summary.requests, summary.duration / 1e6, summary.bytes,
      latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, errors.status,
      errors.connect + errors.read + errors.write + errors.timeout,
      thread:get("asked"), thread:get("good"), thread:get("shed"),
      thread:get("without_retry_after")
   ))
end
