// Before the first paint, so that what a script will fold away is never shown first.
document.body.classList.add("js-enabled", "govuk-frontend-supported");
