-- deadline: pre_proceedings
select pre_proceedings_id as subject, start, start + 98 as due, day_of(end_date) as done, null::date as ended, true as done_wins
from (
    select *, coalesce(case when day_of(letter_date) <= as_at() then day_of(letter_date) end, day_of(decision_date)) as start
    from local_pre_proceedings
)

-- deadline: care_proceedings
select case_id as subject, day_of(issue_date) as start, coalesce(day_of(extension_to_date), day_of(issue_date) + 181) as due,
    day_of(conclusion_date) as done, null::date as ended, true as done_wins
from local_court

-- view: fostered_visits
select a.arrangement_id as id, day_of(a.aware_date) as aware, day_of(a.end_date) as ended, min(day_of(v.visit_date)) as first
from local_private_fostering a left join local_private_fostering_visits v on v.arrangement_id = a.arrangement_id
    and day_of(v.visit_date) >= day_of(a.aware_date) and day_of(v.visit_date) <= coalesce(day_of(a.end_date), day_of(v.visit_date))
group by all

-- needs: private_fostering_first_visit
local_private_fostering_visits

-- deadline: private_fostering_first_visit
select id as subject, aware as start, plus_wd(aware, 7) as due, first as done, ended, false as done_wins from fostered_visits

-- needs: private_fostering_visit
local_private_fostering_visits

-- regime: private_fostering_visit
select id as key, id as subject, id as child, aware, first as begun, ended from fostered_visits where first is not null

-- events: private_fostering_visit
select r.key, day_of(v.visit_date) as day from regimes r join local_private_fostering_visits v on v.arrangement_id = r.key
where day_of(v.visit_date) > r.begun

-- due: private_fostering_visit
case when start < birthday(aware, 1) then start + 42 else start + 84 end

-- deadline: carer_assessment
select assessment_id as subject, day_of(start_date) as start, (day_of(start_date) + case lower(kind)
        when 'adopter_stage_1' then interval 2 month when 'adopter_stage_2' then interval 4 month else interval 8 month
    end)::date as due, day_of(decision_date) as done, day_of(withdrawn_date) as ended, true as done_wins
from local_carer_assessments

-- needs: supervision
local_supervisions

-- regime: supervision
select professional_id as key, professional_id as subject, professional_id as child, day_of(start_date) as begun,
    day_of(end_date) as ended
from local_staff where yes(qualified) and lower(role) in ('social_worker', 'senior_practitioner')

-- events: supervision
select r.key, day_of(s.supervision_date) as day from regimes r join local_supervisions s on s.professional_id = r.key

-- due: supervision
case step when 1 then start + 28 else start + 31 end

-- deadline: appraisal
select professional_id as subject, day_of(start_date) as start, day_of(appraisal_due_date) as due,
    case when day_of(appraisal_date) > (day_of(appraisal_due_date) - interval 12 month)::date then day_of(appraisal_date) end as done,
    day_of(end_date) as ended, true as done_wins
from local_staff

-- deadline: induction
select professional_id as subject, day_of(start_date) as start, plus_wd(day_of(start_date), 20) as due,
    day_of(induction_date) as done, day_of(end_date) as ended, true as done_wins
from local_staff

-- deadline: audit
select audit_id as subject, try_cast(left(audit_month, 7) || '-01' as date) as start, day_of(due_date) as due,
    day_of(completed_date) as done, null::date as ended, true as done_wins
from local_audits

-- deadline: complaint
select complaint_id as subject, day_of(received_date) as start,
    case trim(stage) when '1' then plus_wd(day_of(received_date), 10) when '2' then plus_wd(day_of(received_date), 25) end as due,
    day_of(responded_date) as done, null::date as ended, true as done_wins
from local_complaints
