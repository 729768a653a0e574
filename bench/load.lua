-- Prints what a round of wrk came to, as one line of JSON. BENCH_PATHS names a file of paths, requested
-- in turn from line BENCH_FROM (0 is the first) on; without it wrk requests its one URL. With BENCH_COUNT
-- answers are counted by status. BENCH_DELAY is for how many milliseconds a connection waits before
-- each request.

good, shed, without_retry_after = 0, 0, 0 -- global, for `done` reads them from the thread

if os.getenv("BENCH_PATHS") then
   local paths, at = {}, tonumber(os.getenv("BENCH_FROM"))
   for line in io.lines(os.getenv("BENCH_PATHS")) do
      paths[#paths + 1] = line
   end

   function request()
      local path = paths[at % #paths + 1]
      at = at + 1
      return wrk.format("GET", path)
   end
end

if os.getenv("BENCH_COUNT") then
   function response(status, headers)
      if status == 200 then
         good = good + 1
      elseif status == 503 then
         shed = shed + 1
         if not (headers["retry-after"] or headers["Retry-After"]) then
            without_retry_after = without_retry_after + 1
         end
      end
   end
end

if os.getenv("BENCH_DELAY") then
   function delay()
      return tonumber(os.getenv("BENCH_DELAY"))
   end
end

local threads = {}

function setup(thread)
   threads[#threads + 1] = thread
end

function done(summary, latency)
   local thread, errors = threads[1], summary.errors
   io.write(string.format(
      '\n{"requests": %d, "seconds": %f, "p50_ms": %f, "p99_ms": %f, "max_ms": %f, "refused": %d, '
         .. '"broken": %d, "good": %d, "shed": %d, "without_retry_after": %d}\n',
      summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
      latency:percentile(99) / 1e3, latency.max / 1e3, errors.status,
      errors.connect + errors.read + errors.write + errors.timeout,
      thread:get("good"), thread:get("shed"), thread:get("without_retry_after")
   ))
end
