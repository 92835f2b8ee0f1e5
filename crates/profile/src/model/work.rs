//! What a person can do, does and did: skills, languages, education, positions, projects and their results.

use edm::model::build::{BOOLEAN, DATE, INT32, STRING, complex, en, entity, enumeration, list, member, of, one};
use edm::model::{EnumType, StructType};

use super::contact::PHYSICAL_ADDRESS;
use super::facet::{COLLABORATION_TAGS, ITEM_FACET};
use super::life::RELATED_PERSON;

pub(super) static SKILL_PROFICIENCY: StructType = entity(
    "skillProficiency",
    Some(&ITEM_FACET),
    "Something the person can do, and how well.",
    &[
        list("categories", STRING, "Labels the person gave the skill, such as `professional`."),
        list("collaborationTags", STRING, "What the person offers or seeks in it.").one_of(COLLABORATION_TAGS),
        one("displayName", STRING, "Name of the skill.").searchable().indexed(),
        one("proficiency", en(&SKILL_PROFICIENCY_LEVEL), "How well the person can do it."),
        one("thumbnailUrl", STRING, "Address of a small picture.").url(),
        one("webUrl", STRING, "Address of a page about the skill.").url(),
    ],
    &[],
);

pub(super) static LANGUAGE_PROFICIENCY: StructType = entity(
    "languageProficiency",
    Some(&ITEM_FACET),
    "A language the person knows.",
    &[
        one("displayName", STRING, "Name of the language.").searchable().indexed(),
        one("proficiency", en(&LANGUAGE_PROFICIENCY_LEVEL), "How well in all; older clients send only this."),
        one("reading", en(&LANGUAGE_PROFICIENCY_LEVEL), "How well the person reads it."),
        one("spoken", en(&LANGUAGE_PROFICIENCY_LEVEL), "How well the person speaks it."),
        one("tag", STRING, "Tag of the language (BCP 47), such as `nb-NO`.").language_tag().searchable().indexed(),
        one("thumbnailUrl", STRING, "Address of a small picture.").url(),
        one("written", en(&LANGUAGE_PROFICIENCY_LEVEL), "How well the person writes it."),
    ],
    &[],
);

pub(super) static PERSON_CERTIFICATION: StructType = entity(
    "personCertification",
    Some(&ITEM_FACET),
    "A certificate the person holds or held.",
    &[
        one("certificationId", STRING, "Number or code of the certificate."),
        one("description", STRING, "What the certificate attests."),
        one("displayName", STRING, "Title of the certificate.").searchable().indexed(),
        one("endDate", DATE, "Last day on which it is valid."),
        one("issuedDate", DATE, "Day on which it was issued."),
        one("issuingAuthority", STRING, "Body in whose name it was issued."),
        one("issuingCompany", STRING, "Company that issued it."),
        one("startDate", DATE, "First day on which it is valid."),
        one("thumbnailUrl", STRING, "Address of a small picture.").url(),
        one("webUrl", STRING, "Address of a page about the certificate.").url(),
    ],
    &[],
);

pub(super) static PERSON_AWARD: StructType = entity(
    "personAward",
    Some(&ITEM_FACET),
    "An honour the person received.",
    &[
        one("description", STRING, "What it was given for."),
        one("displayName", STRING, "Name of the award.").searchable().indexed(),
        one("issuedDate", DATE, "Day on which it was given."),
        one("issuingAuthority", STRING, "Who gave it."),
        one("thumbnailUrl", STRING, "Address of a small picture.").url(),
        one("webUrl", STRING, "Address of a page about the award.").url(),
    ],
    &[],
);

pub(super) static EDUCATIONAL_ACTIVITY: StructType = entity(
    "educationalActivity",
    Some(&ITEM_FACET),
    "A time of study at an institution.",
    &[
        one("completionMonthYear", DATE, "Month in which the degree was obtained, as a day in it."),
        one("endMonthYear", DATE, "Month in which the person left, as a day in it."),
        one("institution", of(&INSTITUTION_DATA), "Where the person studied."),
        one("program", of(&EDUCATIONAL_ACTIVITY_DETAIL), "What the person studied."),
        one("startMonthYear", DATE, "Month in which the person began, as a day in it."),
    ],
    &[],
);

pub(super) static ITEM_PATENT: StructType = entity(
    "itemPatent",
    Some(&ITEM_FACET),
    "A patent granted to the person or applied for.",
    &[
        one("description", STRING, "What was invented."),
        one("displayName", STRING, "Title of the patent.").searchable().indexed(),
        one("isPending", BOOLEAN, "Whether the decision is still open."),
        one("issuedDate", DATE, "Day on which it was granted."),
        one("issuingAuthority", STRING, "Office that granted it."),
        one("number", STRING, "Number under which it is registered."),
        one("webUrl", STRING, "Address of a page about the patent.").url(),
    ],
    &[],
);

pub(super) static ITEM_PUBLICATION: StructType = entity(
    "itemPublication",
    Some(&ITEM_FACET),
    "A work the person published.",
    &[
        one("description", STRING, "What the work is about."),
        one("displayName", STRING, "Title of the work.").searchable().indexed(),
        one("publishedDate", DATE, "Day on which it appeared."),
        one("publisher", STRING, "Who published it."),
        one("thumbnailUrl", STRING, "Address of a small picture.").url(),
        one("webUrl", STRING, "Address of the work or of a page about it.").url(),
    ],
    &[],
);

pub(super) static WORK_POSITION: StructType = entity(
    "workPosition",
    Some(&ITEM_FACET),
    "A job the person has or had.",
    &[
        list("categories", STRING, "Labels the person gave the job."),
        list("colleagues", of(&RELATED_PERSON), "People the person works or worked with."),
        one("detail", of(&POSITION_DETAIL), "The job itself."),
        one("isCurrent", BOOLEAN, "Whether the person has the job now."),
        one("manager", of(&RELATED_PERSON), "The person's manager in this job."),
    ],
    &[],
);

pub(super) static PROJECT_PARTICIPATION: StructType = entity(
    "projectParticipation",
    Some(&ITEM_FACET),
    "A project the person takes or took part in.",
    &[
        list("categories", STRING, "Labels the person gave the project."),
        one("client", of(&COMPANY_DETAIL), "For whom the project is done."),
        list("collaborationTags", STRING, "What the person offers or seeks in it.").one_of(COLLABORATION_TAGS),
        list("colleagues", of(&RELATED_PERSON), "Others who take part."),
        one("detail", of(&POSITION_DETAIL), "What the person does in the project."),
        one("displayName", STRING, "Name of the project.").searchable().indexed(),
        list("sponsors", of(&RELATED_PERSON), "Those who back the project."),
        one("thumbnailUrl", STRING, "Address of a small picture.").url(),
    ],
    &[],
);

pub(super) static PERSON_RESPONSIBILITY: StructType = entity(
    "personResponsibility",
    Some(&ITEM_FACET),
    "Something the person is in charge of.",
    &[
        list("collaborationTags", STRING, "What the person offers or seeks in it.").one_of(COLLABORATION_TAGS),
        one("description", STRING, "What belongs to it."),
        one("displayName", STRING, "Name of the responsibility.").searchable().indexed(),
        one("thumbnailUrl", STRING, "Address of a small picture.").url(),
        one("webUrl", STRING, "Address of a page about it.").url(),
    ],
    &[],
);

pub(super) static INSTITUTION_DATA: StructType = complex(
    "institutionData",
    "A school, university or other institution.",
    &[
        one("description", STRING, "What kind of institution it is."),
        one("displayName", STRING, "Name of the institution.").searchable().indexed(),
        one("location", of(&PHYSICAL_ADDRESS), "Where it is."),
        one("webUrl", STRING, "Address of its site.").url(),
    ],
);

pub(super) static EDUCATIONAL_ACTIVITY_DETAIL: StructType = complex(
    "educationalActivityDetail",
    "A course of study.",
    &[
        one("abbreviation", STRING, "Short form of the degree, such as `PhD`."),
        list("activities", STRING, "What the person did there beside studying.").or_single(),
        list("awards", STRING, "Honours received there.").or_single(),
        one("description", STRING, "What the course is about."),
        one("displayName", STRING, "Name of the course or degree.").searchable().indexed(),
        list("fieldsOfStudy", STRING, "Subjects the person chose.").or_single().searchable().indexed(),
        one("grade", STRING, "Final mark."),
        one("notes", STRING, "Anything else about the course."),
        one("webUrl", STRING, "Address of a page about the course.").url(),
    ],
);

pub(super) static POSITION_DETAIL: StructType = complex(
    "positionDetail",
    "What someone does in a job or project.",
    &[
        one("company", of(&COMPANY_DETAIL), "The employer."),
        one("description", STRING, "What the work consists of."),
        one("employeeId", STRING, "Number of the person with the employer."),
        one("employeeType", STRING, "Kind of contract, such as `Contractor`."),
        one("endMonthYear", DATE, "Month in which it ended, as a day in it."),
        one("jobTitle", STRING, "What the job is called.").searchable().indexed(),
        one("layer", INT32, "How many levels of the hierarchy stand above."),
        one("level", STRING, "Level of experience or rank."),
        one("role", STRING, "The part the person plays.").searchable().indexed(),
        one("secondaryJobTitle", STRING, "What a second job at the same place is called."),
        one("secondaryRole", STRING, "A second part the person plays."),
        one("startMonthYear", DATE, "Month in which it began, as a day in it."),
        one("summary", STRING, "The work in a few words."),
    ],
);

pub(super) static COMPANY_DETAIL: StructType = complex(
    "companyDetail",
    "A company or the part of it that is meant.",
    &[
        one("address", of(&PHYSICAL_ADDRESS), "Where it is."),
        one("companyCode", STRING, "Code of the company in its own books."),
        one("costCenter", STRING, "Cost centre that pays."),
        one("department", STRING, "Department in the company."),
        one("displayName", STRING, "Name of the company.").searchable().indexed(),
        one("division", STRING, "Division of the company."),
        one("officeLocation", STRING, "Building, floor or room."),
        one("pronunciation", STRING, "How the name is said."),
        one("secondaryDepartment", STRING, "A second department in the company."),
        one("webUrl", STRING, "Address of its site.").url(),
    ],
);

pub(super) static LANGUAGE_PROFICIENCY_LEVEL: EnumType = enumeration(
    "languageProficiencyLevel",
    "How well a language is known, the least first.",
    &[
        member("elementary", 0),
        member("conversational", 1),
        member("limitedWorking", 2),
        member("professionalWorking", 3),
        member("fullProfessional", 4),
        member("nativeOrBilingual", 5),
        member("unknownFutureValue", 6),
    ],
)
.evolvable("unknownFutureValue");

pub(super) static SKILL_PROFICIENCY_LEVEL: EnumType = enumeration(
    "skillProficiencyLevel",
    "How well something can be done, the least first.",
    &[
        member("elementary", 0),
        member("limitedWorking", 1),
        member("generalProfessional", 2),
        member("advancedProfessional", 3),
        member("expert", 4),
        member("unknownFutureValue", 5),
    ],
)
.evolvable("unknownFutureValue");
