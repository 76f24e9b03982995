-- The versions that run beside each other during a gradual deployment: the newer one must not be worse.
SELECT
  blob13 AS deployment,
  SUM(_sample_interval) AS requests,
  SUM(IF(blob8 = 'ours', _sample_interval, 0)) AS ours,
  SUM(IF(blob3 = '503', _sample_interval, 0)) AS unavailable,
  quantileExactWeighted(0.99)(double1, _sample_interval) AS p99_ms
FROM hosted_sentry_mcp_production
WHERE timestamp > NOW() - INTERVAL '1' HOUR -- blob8 AS fault, blob3 AS status, double1 AS ms
GROUP BY deployment
ORDER BY requests DESC
