-- Children, plans and care periods as several clocks need them (rules.md 2 and 4).

-- view: people
select pers_person_id as child, day_of(pers_dob) as born, birthday(day_of(pers_dob), 18) as adult from ssd_person

-- view: cp_plans
select cppl_cp_plan_id as id, cppl_person_id as child, cppl_icpc_id as icpc, day_of(cppl_cp_plan_start_date) as begun,
    day_of(cppl_cp_plan_end_date) as ended
from ssd_cp_plans where not coalesce(yes(cppl_cp_plan_ola), false)

-- view: care
with stays as (
    select clae_person_id as child, clae_cla_id as id, min(day_of(clae_cla_episode_start_date)) as own_start,
        nullif(max(coalesce(day_of(clae_cla_episode_ceased_date), far())), far()) as ended
    from ssd_cla_episodes where day_of(clae_cla_episode_start_date) <= as_at() group by all
), statuses as (
    select s.*, l.code in ('V3', 'V4') as brief, l.first
    from stays s left join (
        select lega_person_id as child, code(lega_legal_status) as code,
            day_of(lega_legal_status_start_date) as first, day_of(lega_legal_status_end_date) as last
        from ssd_legal_status where day_of(lega_legal_status_start_date) <= as_at()
    ) l on l.child = s.child and l.first < coalesce(s.ended, far()) and coalesce(l.last, far()) > s.own_start
)
select id, child, own_start, ended, case
    when not coalesce(bool_or(brief), false) then own_start
    when bool_and(brief) then null
    when min(first) filter (not brief) > min(first) filter (brief)
        then greatest(own_start, min(first) filter (not brief))
    else own_start end as begun
from statuses group by id, child, own_start, ended

-- view: care_regimes
select c.child || '/' || c.id as key, c.id as subject, c.child, c.id, c.begun, p.born,
    nullif(least(coalesce(c.ended, far()), coalesce(p.adult, far())), far()) as ended
from care c left join people p on p.child = c.child where c.begun is not null

-- view: health_checks
select clah_person_id as child, day_of(clah_health_check_date) as day, lower(clah_health_check_type) like '%dental%' as dental,
    (lower(clah_health_check_type) like '%health assessment%' or regexp_matches(upper(clah_health_check_type), '\b(IHA|RHA)\b'))
        as assessment
from ssd_cla_health where lower(regexp_replace(clah_health_check_status, '^[a-z]\) *', '')) = 'completed'

-- view: meetings
select person_id as child, lower(kind) as kind, day_of(meeting_date) as day from local_meetings where yes(held)
