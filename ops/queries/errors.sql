-- What went wrong in the last hour and whose fault it was, most frequent first: where to look when an alert rings.
SELECT
  blob2 AS route,
  blob4 AS operation,
  blob5 AS tool,
  blob7 AS error,
  blob8 AS fault,
  blob12 AS upstream_status,
  blob13 AS deployment,
  SUM(_sample_interval) AS requests
FROM hosted_sentry_mcp_production
WHERE blob8 != 'none' AND timestamp > NOW() - INTERVAL '1' HOUR
GROUP BY route, operation, tool, error, fault, upstream_status, deployment
ORDER BY requests DESC
LIMIT 50
