-- Sign-ins that ended well, by the hour: returns from Sentry with which a code went to the client, of those that no person and
-- no client ended. Objective: 99.5 %. Alert: ops/alerts/sign-ins.json.
SELECT
  toStartOfInterval(timestamp, INTERVAL '1' HOUR) AS hour,
  SUM(IF(blob8 = 'none', _sample_interval, 0)) AS good,
  SUM(IF(blob8 IN ('upstream', 'ours'), _sample_interval, 0)) AS bad,
  100 * SUM(IF(blob8 = 'none', _sample_interval, 0)) / SUM(_sample_interval) AS good_percent
FROM hosted_sentry_mcp_production
WHERE index1 = '/oauth/callback' AND blob8 IN ('none', 'upstream', 'ours') -- blob8 AS fault
  AND timestamp > NOW() - INTERVAL '1' DAY
GROUP BY hour
ORDER BY hour
