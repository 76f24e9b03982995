-- How Sentry answers, by the quarter of an hour: requests that asked it, those that it let down, and what its slowest hundredth
-- took. Alert: ops/alerts/sentry.json.
SELECT
  toStartOfInterval(timestamp, INTERVAL '15' MINUTE) AS quarter,
  SUM(_sample_interval) AS requests,
  SUM(IF(blob8 = 'upstream', _sample_interval, 0)) AS let_down,
  quantileExactWeighted(0.99)(double3, _sample_interval) AS p99_ms
FROM hosted_sentry_mcp_production
WHERE double5 > 0 -- blob8 AS fault, double3 AS upstream_ms, double5 AS calls
  AND timestamp > NOW() - INTERVAL '1' DAY
GROUP BY quarter
ORDER BY quarter
