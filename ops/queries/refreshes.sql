-- Refreshes that were answered with tokens, by the hour, of those that the client's own fault did not end. Objective: 99.95 %.
-- Alert: ops/alerts/refreshes.json.
SELECT
  toStartOfInterval(timestamp, INTERVAL '1' HOUR) AS hour,
  SUM(IF(blob8 = 'none', _sample_interval, 0)) AS good,
  SUM(IF(blob8 IN ('upstream', 'ours'), _sample_interval, 0)) AS bad,
  100 * SUM(IF(blob8 = 'none', _sample_interval, 0)) / SUM(_sample_interval) AS good_percent
FROM hosted_sentry_mcp_production
WHERE blob4 = 'refresh_token' AND blob8 IN ('none', 'upstream', 'ours') -- blob4 AS operation, blob8 AS fault
  AND timestamp > NOW() - INTERVAL '1' DAY
GROUP BY hour
ORDER BY hour
