vcl 4.1;

# A cache before one to three servers of the API, which are `api1` to `api3` to it. It does what the
# answers' own headers say: stores one for its max-age, then asks with its ETag, and sends none that is
# stale. And it holds what a server of the API does not: slow clients, and requests that are framed
# oddly. docker-compose.yml has the parameters that it needs for that.

import directors;
import std;

# Two failures in three seconds, and a server is asked no more until it is ready again.
probe ready {
    .url = "/health/ready";
    .interval = 1s;
    .timeout = 2s;
    .window = 3;
    .threshold = 2;
    .initial = 2;
}

# A server gives up after MEDFACTS_REQUEST_SECONDS, 2.4 in docker-compose.yml. One that says nothing for
# longer is frozen, and the next one answers: within 3 s of the request.
backend api1 { .host = "api1"; .port = "8000"; .probe = ready; .connect_timeout = 1s; .first_byte_timeout = 2.7s; }
backend api2 { .host = "api2"; .port = "8000"; .probe = ready; .connect_timeout = 1s; .first_byte_timeout = 2.7s; }
backend api3 { .host = "api3"; .port = "8000"; .probe = ready; .connect_timeout = 1s; .first_byte_timeout = 2.7s; }

sub vcl_init {
    # By address: one that was answered from a release is not answered by a server that has yet to see it.
    new apis = directors.shard();
    apis.add_backend(api1);
    apis.add_backend(api2);
    apis.add_backend(api3);
    apis.reconfigure();
}

sub vcl_recv {
    if (req.http.X-Request-Id !~ "^[A-Za-z0-9._-]{1,64}$") {
        set req.http.X-Request-Id = "proxy-" + std.time2integer(now, 0) + "-" + req.xid;
    }
    if (!req.http.Host && req.proto == "HTTP/1.1") {
        return (synth(400, "The request cannot be read"));
    }
    if (req.url ~ "^/metrics" || req.url ~ "^/[^/?]*%[0-9A-Fa-f][0-9A-Fa-f]") {
        # They are one server's: Prometheus asks each itself. No first step of a path needs an escape.
        return (synth(404, "Not found"));
    }
    if (req.method == "POST" && req.url ~ "^(/v1)?/(interactions|resolve)(\?|$)|^/cds-services/|^/fhir/[^/?]+/[^/?]+/_search(\?|$)") {
        # A question too long for an address. The server waits for its body only so long.
        unset req.http.Cookie;
        if (req.url !~ "^/cds-services/") {
            unset req.http.Authorization;
        }
        return (pass);
    }
    if (req.http.Transfer-Encoding || req.http.Content-Length ~ "[1-9]") {
        # Nothing else takes a body, and one may come slowly, byte by byte, for ever.
        if (req.method != "GET" && req.method != "HEAD" && req.method != "OPTIONS") {
            return (synth(405, "The API can only be read"));
        }
        return (synth(400, "The request cannot be read"));
    }
    if (req.url ~ "^/cds-services(\?|$)" && req.http.Authorization) {
        # A server that knows its EHRs lists its services to them alone.
        unset req.http.Cookie;
        return (pass);
    }
    # The API looks at neither; Varnish would keep nothing for whoever sends them.
    unset req.http.Cookie;
    unset req.http.Authorization;
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    # Varnish knows no other conditions than one tag and a date.
    if (req.http.If-Match || req.http.If-Unmodified-Since || req.http.If-None-Match ~ "[,*]") {
        return (pass);
    }
    # The codings that are sent by nearly all clients, in one spelling; what has weights is left as it is.
    if (req.http.Accept-Encoding !~ "q=") {
        if (req.http.Accept-Encoding ~ "(?i)(^|[ ,])(br|\*)([ ,]|$)") {
            set req.http.Accept-Encoding = "br";
        } elseif (req.http.Accept-Encoding ~ "(?i)(^|[ ,])(x-)?gzip([ ,]|$)") {
            set req.http.Accept-Encoding = "gzip";
        } else {
            unset req.http.Accept-Encoding;
        }
    }
    # A client that learns that a list has changed can begin it anew at once.
    if (req.http.Cache-Control ~ "(?i)(no-cache|max-age=0($|[ ,]))") {
        set req.hash_always_miss = true;
    }
    return (hash);
}

sub vcl_hash {
    # No answer depends on the Host.
    hash_data(req.url);
    return (lookup);
}

sub vcl_backend_fetch {
    set bereq.backend = apis.backend(by=URL, alt=bereq.retries);
}

sub vcl_backend_response {
    # must-revalidate: not a second longer than it may; but stored, to be asked for by its ETag.
    set beresp.grace = 0s;
    set beresp.keep = 1h;
    if (beresp.was_304) {
        set beresp.http.Cache-Status = "medfacts-proxy; fwd=stale; fwd-status=304";
    } else {
        set beresp.http.Cache-Status = "medfacts-proxy; fwd=miss";
    }
}

sub vcl_deliver {
    if (obj.hits > 0) {
        set resp.http.Cache-Status = "medfacts-proxy; hit";
    }
    set resp.http.X-Request-Id = req.http.X-Request-Id;
    unset resp.http.Via;
    unset resp.http.X-Varnish;
}

sub vcl_backend_error {
    # The server has died, or does not answer: the next one does.
    if (bereq.retries < std.integer(std.getenv("MEDFACTS_RETRIES"), 2) && (bereq.method == "GET" || bereq.method == "HEAD")) {
        return (retry);
    }
    set beresp.status = 503;
    set beresp.ttl = 0s;
    set beresp.uncacheable = true;
    set beresp.http.Retry-After = "2";
    set beresp.http.Content-Type = "application/problem+json";
    set beresp.http.Cache-Control = "no-store";
    set beresp.http.X-Content-Type-Options = "nosniff";
    set beresp.http.Referrer-Policy = "no-referrer";
    set beresp.http.Content-Security-Policy = "default-src 'none'; frame-ancestors 'none'";
    set beresp.http.Access-Control-Allow-Origin = "*";
    set beresp.http.Access-Control-Expose-Headers = "Retry-After, X-Request-Id";
    unset beresp.http.Server;
    set beresp.body = {"{"type":"/docs/problems#unavailable","title":"The data is out of reach","status":503,"}
        + {""detail":"No server of the API answers. Please try again.","request_id":""}
        + bereq.http.X-Request-Id + {"","errors":[]}"};
    return (deliver);
}

sub vcl_synth {
    set resp.http.Content-Type = "application/problem+json";
    set resp.http.Cache-Control = "no-store";
    set resp.http.X-Content-Type-Options = "nosniff";
    set resp.http.Referrer-Policy = "no-referrer";
    set resp.http.Content-Security-Policy = "default-src 'none'; frame-ancestors 'none'";
    set resp.http.Access-Control-Allow-Origin = "*";
    set resp.http.Access-Control-Expose-Headers = "Retry-After, X-Request-Id";
    set resp.http.X-Request-Id = req.http.X-Request-Id;
    unset resp.http.Server;
    unset resp.http.X-Varnish;
    if (resp.status == 405) {
        set resp.http.Connection = "close";
        set resp.http.Allow = "GET, HEAD, OPTIONS";
        if (req.url ~ "^(/v1)?/(interactions|resolve)(\?|$)") {
            set resp.http.Allow = "GET, HEAD, OPTIONS, POST";
        } elseif (req.url ~ "^/cds-services/|^/fhir/[^/?]+/[^/?]+/_search(\?|$)") {
            set resp.http.Allow = "OPTIONS, POST";
        }
        set resp.http.X-Slug = "method-not-allowed";
        set resp.http.X-Detail = regsuball(req.method, "[^A-Za-z0-9-]", "?") + " is not answered here; Allow lists what is.";
    } elseif (resp.status == 400) {
        set resp.http.Connection = "close";
        set resp.http.X-Slug = "bad-request";
        set resp.http.X-Detail = "A request has a Host header, and no body.";
    } else {
        set resp.http.X-Slug = "not-found";
        set resp.http.X-Detail = "There is nothing at this address. /v1 lists what there is.";
    }
    set resp.body = {"{"type":"/docs/problems#"} + resp.http.X-Slug + {"","title":""} + resp.reason
        + {"","status":"} + resp.status + {","detail":""} + resp.http.X-Detail + {"","request_id":""}
        + req.http.X-Request-Id + {"","errors":[]}"};
    if (req.url ~ "^/fhir/") {
        set resp.http.Content-Type = "application/fhir+json";
        set resp.body = {"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"processing","details":{"text":""}
            + resp.reason + {"" },"diagnostics":""} + resp.http.X-Detail + {"" }]}"};
    }
    unset resp.http.X-Slug;
    unset resp.http.X-Detail;
    return (deliver);
}
