-- All of it in one row. A hit is what the cache answered, also where the origin was asked whether it still holds.
SELECT
  count(*) AS requests,
  coalesce(sum(bytes), 0) AS bytes,
  count(DISTINCT client_ip) AS viewers,
  count(*) FILTER (WHERE result_type IN ('Hit', 'RefreshHit')) AS hits,
  coalesce(sum(bytes) FILTER (WHERE result_type IN ('Hit', 'RefreshHit')), 0) AS hit_bytes,
  min(to_unixtime(time)) AS first_time,
  max(to_unixtime(time)) AS last_time
FROM requests
