"""Pure decisions of this room: the way through and its steps, assessments, enquiries."""
