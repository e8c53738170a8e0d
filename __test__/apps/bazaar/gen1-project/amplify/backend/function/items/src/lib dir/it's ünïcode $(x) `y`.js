exports.greeting = `It's \`you\` & \${me}`;
