-- What a request to /mcp takes here, beside storage and Sentry: the median and the slowest hundredth, by the hour, in
-- milliseconds. Objective: the slowest hundredth within 50. Alert: ops/alerts/mcp-own-time.json.
SELECT
  toStartOfInterval(timestamp, INTERVAL '1' HOUR) AS hour,
  quantileExactWeighted(0.5)(double4, _sample_interval) AS median_ms,
  quantileExactWeighted(0.99)(double4, _sample_interval) AS p99_ms,
  SUM(_sample_interval) AS requests
FROM hosted_sentry_mcp_production
WHERE index1 = '/mcp' -- double4 AS own_ms
  AND timestamp > NOW() - INTERVAL '1' DAY
GROUP BY hour
ORDER BY hour
