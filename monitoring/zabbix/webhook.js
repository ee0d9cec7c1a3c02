// Posts one event to the help desk and hands its tags back to Zabbix.
// Whatever is not a clear yes is thrown: only then does Zabbix send the event again.
// ECMAScript 5, one request. The token is put into a header and nowhere else, no log and no error.
var OURS = {desk_url: true, desk_token: true, http_proxy: true};

function given(text) {
    return typeof text === 'string' && text !== '' && !/^[{<].*[}>]$/.test(text);
}

function endpoint(url) {
    if (!given(url) || !/^https?:\/\//.test(url)) {
        throw 'Help desk: set the parameter desk_url to the address of the desk, such as https://desk.example';
    }
    return url.replace(/\/+$/, '') + '/api/monitoring/zabbix/v1/events';
}

function body(parameters) {
    var event = {schema: '1'};
    Object.keys(parameters).forEach(function (name) {
        if (OURS[name] !== true) {
            event[name] = parameters[name];
        }
    });
    return JSON.stringify(event);
}

// Zabbix follows a redirect by itself, without the body: a Location among the headers is all that tells of it.
function redirected(headers) {
    return Object.keys(headers || {}).some(function (name) {
        return name.toLowerCase() === 'location';
    });
}

function answer(request, text) {
    var status = request.getStatus(), found;
    if (redirected(request.getHeaders())) {
        throw 'Help desk: the address redirects; set desk_url to the one it leads to';
    }
    if (status < 200 || status > 299) {
        throw 'Help desk: HTTP ' + status + ' ' + String(text || '').substring(0, 300);
    }
    try {
        found = JSON.parse(text);
    } catch (error) {
        found = null;
    }
    if (found === null || (found.ok !== true && found.test !== true)) {
        throw 'Help desk: HTTP ' + status + ', but what answers at desk_url is not the desk';
    }
    found.tags = found.tags || {};
    return JSON.stringify(found);
}

var parameters = JSON.parse(value), address = endpoint(parameters.desk_url), request = new HttpRequest();
if (!given(parameters.desk_token)) {
    throw 'Help desk: set the parameter desk_token to the token of the alert source';
}
if (given(parameters.http_proxy)) {
    request.setProxy(parameters.http_proxy);
}
request.addHeader('Content-Type: application/json');
request.addHeader('Authorization: Bearer ' + parameters.desk_token);
return answer(request, request.post(address, body(parameters)));
