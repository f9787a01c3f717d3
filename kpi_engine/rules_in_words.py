"""Every clock's rule in plain English, and the timescales it uses: read by "how is it counted?", "why?", the handbook."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """sentence: the rule.  limits: names of timescales, in the order they apply.  noun: what one row asks for.
    done: what stops the clock.  begins: what the start date is."""

    sentence: str
    limits: tuple[str, ...]
    noun: str
    begins: str
    done: str


RULES: dict[str, Rule] = {
    "contact_decision": Rule(
        "A contact is decided by the next working day.",
        ("contact_decision",), "decision", "the contact came in", "decided"),
    "assessment": Rule(
        "An assessment is authorised within 45 working days of its own start. If the case closes first, nothing is owed.",
        ("assessment",), "assessment", "the assessment began", "authorised"),
    "assessment_from_referral": Rule(
        "The first assessment of a referral is authorised within 45 working days of the referral, a later one of its own "
        "start.",
        ("assessment_from_referral",), "assessment", "the referral came in", "authorised"),
    "initial_conference": Rule(
        "An initial conference is held within 15 working days of the strategy discussion that began the section 47 "
        "enquiry. An enquiry that ended with no conference needed owes none; a transfer-in conference answers no enquiry.",
        ("initial_conference",), "initial conference", "the strategy discussion was held", "held"),
    "review_conference": Rule(
        "The first review conference is held within three months of the initial conference, each later one within six "
        "months of the last. An inquorate review does not count.",
        ("review_conference_first", "review_conference_next"), "review conference", "the last conference was held", "held"),
    "cp_visit": Rule(
        "A child on a child protection plan is seen within ten working days of the plan's start and of each visit. A visit "
        "at which the child was not seen does not count.",
        ("cp_visit",), "visit", "the plan began or the child was last seen", "seen"),
    "core_group": Rule(
        "The first core group meets within ten working days of the plan's start, later ones within 42 days of the last.",
        ("core_group_first", "core_group_next"), "core group", "the plan began or the last core group met", "held"),
    "mid_point_review": Rule(
        "Between two conferences there is one mid-point review: within 42 days of the initial conference, within three "
        "months of each review conference.",
        ("mid_point_review_first", "mid_point_review_next"), "mid-point review", "the last conference was held", "held"),
    "cin_plan": Rule(
        "An open case has a plan within 56 days of the referral: a child in need plan, a child protection plan or a care "
        "period.",
        ("cin_plan",), "plan", "the referral came in", "planned"),
    "cin_visit": Rule(
        "A child with a child in need plan is seen within 20 working days of the plan's start and of each visit. The visits "
        "stop while the child is on a child protection plan or looked after.",
        ("cin_visit",), "visit", "the plan began or the child was last seen", "seen"),
    "cin_review": Rule(
        "A child in need plan is reviewed every three months.",
        ("cin_review",), "review", "the plan began or was last reviewed", "reviewed"),
    "lac_visit": Rule(
        "A looked-after child is seen within seven days of the start of any placement, then within 42 days of each visit; "
        "every three months after a year in a placement meant to last to 18; weekly, then every 28 days, with parents "
        "under an interim care order.",
        ("lac_visit_first", "lac_visit_next", "lac_visit_long_term", "lac_visit_parents_weekly",
         "lac_visit_parents_after_review"),
        "visit", "the placement began or the child was last seen", "seen"),
    "lac_review": Rule(
        "The first review is held within 20 working days of entering care, the second within three months of the first, "
        "later ones within six months of the last. A cancelled review does not count.",
        ("lac_review_first", "lac_review_second", "lac_review_next"), "review", "care began or the last review was held",
        "held"),
    "initial_health_assessment": Rule(
        "The initial health assessment is completed within 20 working days of entering care.",
        ("initial_health_assessment",), "health assessment", "care began", "completed"),
    "review_health_assessment": Rule(
        "Health is assessed again every six months under five, every twelve months from five on.",
        ("review_health_under_5", "review_health_5_and_over"), "health assessment", "health was last assessed", "completed"),
    "dental_check": Rule(
        "Teeth are checked every twelve months in care.",
        ("dental_check",), "dental check", "care began or teeth were last checked", "checked"),
    "sdq": Rule(
        "A Strengths and Difficulties Questionnaire is completed every twelve months in care, from the fourth birthday to "
        "the day before the 17th.",
        ("sdq",), "questionnaire", "care began or the last one was completed", "completed"),
    "pep": Rule(
        "A personal education plan is completed within 20 working days of entering care or of the fourth birthday, then "
        "every four months.",
        ("pep_first", "pep_next"), "education plan", "care began or the last one was completed", "completed"),
    "return_interview": Rule(
        "A return interview is held within 72 hours of the child's return, weekends included.",
        ("return_interview_hours",), "return interview", "the child returned", "held"),
    "pathway_plan": Rule(
        "A pathway plan is in place three months after the 16th birthday, or after the thirteenth week in care of whoever "
        "entered later.",
        ("pathway_plan",), "pathway plan", "the young person became eligible", "in place"),
    "pathway_review": Rule(
        "A pathway plan is reviewed every six months.",
        ("pathway_review",), "review", "the plan was last reviewed", "reviewed"),
    "care_leaver_contact": Rule(
        "A care leaver is contacted every 56 days.",
        ("care_leaver_contact",), "contact", "the last contact was made", "contacted"),
    "pre_proceedings": Rule(
        "Pre-proceedings end within 14 weeks (98 days) of the letter, or of the decision while there is no letter.",
        ("pre_proceedings",), "end of pre-proceedings", "the letter was sent", "ended"),
    "care_proceedings": Rule(
        "Care proceedings conclude within 26 weeks beginning with the day of issue, or by the date to which the court "
        "extended them.",
        ("care_proceedings",), "conclusion", "proceedings were issued", "concluded"),
    "private_fostering_first_visit": Rule(
        "A privately fostered child is visited within seven working days of the authority becoming aware.",
        ("private_fostering_first_visit",), "first visit", "the authority became aware", "visited"),
    "private_fostering_visit": Rule(
        "A privately fostered child is visited every six weeks in the first year, every twelve weeks later.",
        ("private_fostering_visit_first_year", "private_fostering_visit_later"), "visit", "the child was last visited",
        "visited"),
    "carer_assessment": Rule(
        "A fostering, connected person or special guardianship assessment is decided within eight months, stage 1 of an "
        "adopter assessment within two, stage 2 within four.",
        ("carer_assessment_fostering", "carer_assessment_adopter_stage_1", "carer_assessment_adopter_stage_2"),
        "decision", "the assessment began", "decided"),
    "supervision": Rule(
        "A qualified social worker or senior practitioner is supervised within 28 days of starting, then within 31 days of "
        "the last supervision.",
        ("supervision_first", "supervision_next"), "supervision", "the last supervision was held", "held"),
    "appraisal": Rule(
        "An appraisal (PADA) is held by its due date and within the twelve months before it.",
        (), "appraisal", "the worker started", "held"),
    "induction": Rule(
        "Induction is completed within 20 working days of starting.",
        ("induction",), "induction", "the worker started", "completed"),
    "audit": Rule(
        "An audit is completed by its due date.",
        (), "audit", "the audit month began", "completed"),
    "complaint": Rule(
        "A complaint is answered within ten working days at stage 1, 25 at stage 2.",
        ("complaint_stage_1", "complaint_stage_2"), "answer", "the complaint was received", "answered"),
}  # fmt: skip
