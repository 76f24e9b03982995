-- Which clients use the server, and how often each is refused: one whose release broke stands out.
SELECT
  blob9 AS family,
  blob10 AS kind,
  blob11 AS version,
  SUM(_sample_interval) AS requests,
  SUM(IF(blob6 = 'refused', _sample_interval, 0)) AS refused,
  SUM(IF(blob7 = 'invalid_client', _sample_interval, 0)) AS invalid_client -- blob6 AS outcome, blob7 AS error
FROM hosted_sentry_mcp_production
WHERE index1 IN ('/mcp', '/oauth/token', '/oauth/authorize', '/oauth/register') AND timestamp > NOW() - INTERVAL '1' DAY
GROUP BY family, kind, version
ORDER BY requests DESC
LIMIT 100
