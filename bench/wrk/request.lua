-- One request, again and again. What it is comes from the environment, so that no password is on the command line.
wrk.method = os.getenv("REQUEST_METHOD")
wrk.headers["Authorization"] = os.getenv("REQUEST_AUTHORIZATION")
wrk.headers["Accept"] = "application/json"

local body = os.getenv("REQUEST_BODY")
if body then
    wrk.headers["Content-Type"] = "application/json"
    wrk.body = body
end

-- A line that a program reads: finished requests, microseconds, answers other than 2xx and 3xx, broken connections.
function done(summary)
    local errors = summary.errors
    local broken = errors.connect + errors.read + errors.write + errors.timeout
    print(string.format("measured %d %d %d %d", summary.requests, summary.duration, errors.status, broken))
end
