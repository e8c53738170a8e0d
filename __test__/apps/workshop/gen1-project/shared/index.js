exports.title = (profile) => `${profile.name} of the workshop`;
