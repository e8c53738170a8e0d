"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.override = void 0;
function override(resources) {
    resources.userPool.adminCreateUserConfig = { allowAdminCreateUserOnly: true };
}
exports.override = override;
