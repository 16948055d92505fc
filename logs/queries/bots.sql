-- Who calls itself a robot, a tool or a library, and in the first row, without a name, all of them.
WITH agents AS (
  SELECT user_agent, count(*) AS requests, coalesce(sum(bytes), 0) AS bytes
  FROM requests
  WHERE user_agent IS NOT NULL
  GROUP BY user_agent
)
SELECT user_agent, sum(requests) AS requests, sum(bytes) AS bytes
FROM agents
WHERE regexp_like(
  lower(user_agent),
  'bot|crawl|spider|slurp|facebookexternalhit|bingpreview|headless|^curl|^wget|python-|^go-http|^java/|okhttp|libwww|pingdom|uptime|monitor'
)
GROUP BY GROUPING SETS ((), (user_agent))
ORDER BY requests DESC, user_agent NULLS FIRST
LIMIT 11
