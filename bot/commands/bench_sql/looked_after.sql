-- view: placements
select p.clap_cla_placement_id as id, p.clap_person_id as child, day_of(p.clap_cla_placement_start_date) as own_start,
    day_of(p.clap_cla_placement_end_date) as own_end, code(p.clap_cla_placement_type) as type, p.clap_cla_id as period
from ssd_cla_placement p

-- needs: lac_visit
ssd_cla_visits

-- regime: lac_visit
select p.id as key, p.id as subject, p.child, p.type, p.own_start, p.period,
    greatest(p.own_start, coalesce(c.begun, p.own_start)) as begun,
    nullif(least(coalesce(p.own_end, far()), coalesce(c.ended, far()), coalesce(people.adult, far())), far()) as ended,
    (select min(day_of(v.clar_cla_review_date)) from ssd_cla_reviews v where v.clar_cla_id = p.period
        and not coalesce(yes(v.clar_cla_review_cancelled), false) and day_of(v.clar_cla_review_date) >= c.begun) as reviewed
from placements p left join care c on c.id = p.period and c.child = p.child left join people on people.child = p.child
where p.own_start is not null and (c.id is null or c.begun is not null)
    and not coalesce(p.type in ('T0', 'T1', 'T2', 'T3', 'T4') and p.own_end <= as_at() and p.own_end - p.own_start <= 7, false)

-- events: lac_visit
select r.key, day_of(v.clav_cla_visit_date) as day from regimes r join ssd_cla_visits v on v.clav_person_id = r.child
where yes(v.clav_cla_visit_seen)

-- due: lac_visit
case when type = 'P1' and (select code(l.lega_legal_status) from ssd_legal_status l
        where l.lega_person_id = child and day_of(l.lega_legal_status_start_date) <= start
            and coalesce(day_of(l.lega_legal_status_end_date), far()) > start
        order by day_of(l.lega_legal_status_start_date) desc, id_number(l.lega_legal_status_id) desc,
            l.lega_legal_status_id desc limit 1) = 'C1'
    then case when step = 1 or start < coalesce(reviewed, far()) then start + 7 else start + 28 end
when step = 1 then start + 7
when start >= birthday(own_start, 1) and (type in ('U1', 'U4') or coalesce((
        select yes(try_cast(k.lacp_cla_care_plan_json as json) ->> 'LTFOST18') from ssd_cla_care_plan k
        where k.lacp_person_id = child and day_of(k.lacp_cla_care_plan_start_date) <= start
            and coalesce(day_of(k.lacp_cla_care_plan_end_date), far()) > start
        order by day_of(k.lacp_cla_care_plan_start_date) desc, id_number(k.lacp_table_id) desc, k.lacp_table_id desc limit 1), false))
    then (start + interval 3 month)::date
else start + 42 end

-- needs: lac_review
ssd_cla_reviews

-- regime: lac_review
select * from care_regimes

-- events: lac_review
select r.key, day_of(v.clar_cla_review_date) as day from regimes r join ssd_cla_reviews v on v.clar_cla_id = r.id
where not coalesce(yes(v.clar_cla_review_cancelled), false)

-- due: lac_review
case step when 1 then plus_wd(start, 20) when 2 then (start + interval 3 month)::date
    else (start + interval 6 month)::date end

-- needs: initial_health_assessment
ssd_cla_health

-- deadline: initial_health_assessment
select r.subject, r.begun as start, plus_wd(r.begun, 20) as due, min(h.day) as done, r.ended, false as done_wins
from care_regimes r left join health_checks h on h.child = r.child and h.assessment and not h.dental
    and h.day >= r.begun and h.day <= coalesce(r.ended, h.day)
group by r.subject, r.key, r.begun, r.ended

-- needs: review_health_assessment
ssd_cla_health

-- regime: review_health_assessment
select r.key, r.subject, r.child, r.born, r.ended, min(h.day) as begun
from care_regimes r join health_checks h on h.child = r.child and h.assessment and not h.dental
    and h.day >= r.begun and h.day <= coalesce(r.ended, h.day)
group by r.key, r.subject, r.child, r.born, r.ended

-- events: review_health_assessment
select r.key, h.day from regimes r join health_checks h on h.child = r.child and h.assessment and not h.dental
where h.day > r.begun

-- due: review_health_assessment
case when birthday(born, 5) > (start + interval 6 month)::date then (start + interval 6 month)::date
    else (start + interval 12 month)::date end

-- needs: dental_check
ssd_cla_health

-- regime: dental_check
select * from care_regimes

-- events: dental_check
select r.key, h.day from regimes r join health_checks h on h.child = r.child and h.dental

-- due: dental_check
(start + interval 12 month)::date

-- needs: sdq
ssd_sdq_scores

-- regime: sdq
select * from care_regimes

-- events: sdq
select r.key, day_of(q.csdq_sdq_completed_date) as day from regimes r join ssd_sdq_scores q on q.csdq_person_id = r.child

-- due: sdq
case when greatest((start + interval 12 month)::date, birthday(born, 4)) < coalesce(birthday(born, 17), far())
    then greatest((start + interval 12 month)::date, birthday(born, 4)) end

-- needs: pep
local_peps

-- regime: pep
select key, subject, child, greatest(begun, birthday(born, 4)) as begun, ended from care_regimes

-- events: pep
select r.key, day_of(p.completed_date) as day from regimes r join local_peps p on p.person_id = r.child

-- due: pep
case step when 1 then plus_wd(start, 20) else (start + interval 4 month)::date end
